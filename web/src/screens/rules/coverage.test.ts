// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { ArticleLine } from '@/api'
import { countStates, stateOf } from './coverage'

const article = (more: Partial<ArticleLine>): ArticleLine => ({ supported: true, informs: false, fulfilled: 0, due: 0, late: 0, exempt: 0, ...more }) as ArticleLine

describe('the state of an article', () => {
  it.each([
    [{ late: 1, due: 3, fulfilled: 9 }, 'late'], [{ due: 1, fulfilled: 9 }, 'due'], [{ fulfilled: 9 }, 'fulfilled'], [{ exempt: 1 }, 'fulfilled'],
    [{}, 'idle'], [{ informs: true }, 'informs'], [{ supported: false }, 'unfed'],
  ])('%j is %s', (more, state) => expect(stateOf(article(more))).toBe(state))
  it('counts each article once', () => {
    const counts = countStates([article({ late: 1 }), article({ late: 2, due: 1 }), article({ supported: false })])
    expect(counts).toEqual({ late: 2, due: 0, fulfilled: 0, idle: 0, informs: 0, unfed: 1 })
  })
})
