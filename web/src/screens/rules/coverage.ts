// SPDX-License-Identifier: Apache-2.0
/** An article's state in one word: the worst of what stands on it. */
import type { ArticleLine } from '@/api'
import type { Tone } from '@/kit/kit'

export const STATES = ['late', 'due', 'fulfilled', 'idle', 'informs', 'unfed'] as const
export type ArticleState = (typeof STATES)[number]
export const stateTone: Record<ArticleState, Tone> = { late: 'late', due: 'accent', fulfilled: 'ok', idle: 'done', informs: 'done', unfed: 'done' }

export const duties = (a: ArticleLine): number => a.fulfilled + a.due + a.late + a.exempt
export function stateOf(a: ArticleLine): ArticleState {
  if (!a.supported) return 'unfed'
  if (a.late) return 'late'
  if (a.due) return 'due'
  if (duties(a)) return 'fulfilled'
  return a.informs ? 'informs' : 'idle'
}
export function countStates(list: ArticleLine[]): Record<ArticleState, number> {
  const counts: Record<ArticleState, number> = { late: 0, due: 0, fulfilled: 0, idle: 0, informs: 0, unfed: 0 }
  for (const a of list) counts[stateOf(a)]++
  return counts
}
