// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { choices, cut, remember, step } from './search'

describe('the search box', () => {
  it('offers the first of each group and marks where a group begins', () => {
    const hit = (id: number) => ({ id, title: `t${id}`, subtitle: '', unit_name: '', url: '' })
    const got = choices({ groups: [{ kind: 'unit', items: [1, 2, 3, 4, 5].map(hit) }, { kind: 'letter', items: [hit(9)] }] }, 3)
    expect(got.map((c) => [c.kind, c.hit.id, c.first])).toEqual([['unit', 1, true], ['unit', 2, false], ['unit', 3, false], ['letter', 9, true]])
    expect(choices(null)).toEqual([])
  })
  it('walks round by arrow keys, through the input', () => {
    expect([step(-1, 3, 1), step(2, 3, 1), step(0, 3, -1), step(-1, 3, -1), step(-1, 0, 1)]).toEqual([0, -1, -1, 2, -1])
  })
  it('keeps what was looked for, newest first, once each', () => {
    expect(remember(['教育局', '10.20.1'], '10.20.1')).toEqual(['10.20.1', '教育局'])
    expect(remember(['a1', 'b2', 'c3', 'd4', 'e5', 'f6'], ' 门户 ')).toEqual(['门户', 'a1', 'b2', 'c3', 'd4', 'e5'])
  })
  it('does not keep telephone numbers, identity numbers or single characters', () => {
    for (const personal of ['13900000000', '0580-1234567', '+86 139 0000 0000', '110101190001011234', '11010119000101123X', '门']) expect(remember([], personal)).toEqual([])
    expect(remember([], '10.20.11.60')).toEqual(['10.20.11.60'])
  })
  it('cuts a text where the words stand', () => {
    expect(cut('Apache Tomcat', 'tomcat')).toEqual([{ text: 'Apache ', hit: false }, { text: 'Tomcat', hit: true }])
    expect(cut('门户', '')).toEqual([{ text: '门户', hit: false }])
  })
})
