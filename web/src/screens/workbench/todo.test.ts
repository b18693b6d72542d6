// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { TodoLine } from '@/api'
import { t } from '@/kit/kit'
import { bucketOf, weight, todoAfter, todoDo, todoTitle, todoTo } from './todo'

const line = (more: Partial<TodoLine>): TodoLine => ({ kind: 'duty', id: 7, many: 1, title: '完成整改', note: '', unit_name: '', rule: 'Y5.fix', article: 'Y5', due_on: '2026-10-12', countdown_working_days: 2, due_provisional: false, late: false, if_late: null, ...more })

describe('a line of the workbench', () => {
  it.each([[{ late: true, countdown_working_days: -1 }, 'late'], [{ countdown_working_days: 0 }, 'today'], [{ countdown_working_days: 3 }, 'soon'], [{ countdown_working_days: 4 }, 'later'], [{ due_on: '', countdown_working_days: null }, 'open']])('%j is %s', (more, bucket) => {
    expect(bucketOf(line(more as Partial<TodoLine>))).toBe(bucket)
  })
  it('leads to the thing, or to the list when several stand on it', () => {
    expect(todoTo(line({}))).toBe('/duties/7')
    expect(todoTo(line({ many: 3 }))).toBe('/duties?state=open&rule=Y5.fix')
    expect(todoTo(line({ kind: 'letter_answer' }))).toBe('/letters/7?tab=work')
    expect(todoTo(line({ kind: 'case_decide', title: 'shutdown', many: 10 }))).toBe('/cases?state=proposed,first_agreed&case_kind=shutdown')
    expect(todoTo(line({ kind: 'sheet_review', many: 2 }))).toBe('/collections/7?state=handed_in')
  })
  it('counts alike duties and cases one by one, and a reminder to many as one', () => {
    expect([line({ many: 3 }), line({ kind: 'case_decide', many: 10 }), line({ kind: 'sheet_chase', many: 20 })].map(weight)).toEqual([3, 10, 1])
  })
  it('says what follows when it is left', () => {
    const if_late = { text: '建议通报批评', article: 'Y5', escalate_to: 'admin_head', escalate_working_days: 3 }
    expect(todoAfter(line({ if_late }))).toBe(t('todo.after', '建议通报批评', 'Y5'))
    expect(todoAfter(line({ if_late, late: true }))).toBe(t('todo.after_now', '建议通报批评', 'Y5'))
    expect(todoAfter(line({ if_late: { ...if_late, text: '' } }))).toBe(t('todo.escalates', 3, 'admin_head'))
    expect(todoAfter(line({ kind: 'sheet_fill' }))).toBe(t('todo.after_sheet'))
    expect(todoAfter(line({}))).toBe('')
  })
  it('has words for every kind that the server sends', () => {
    const alone = ['letter_acknowledge', 'letter_answer', 'letter_correct', 'letter_sign', 'letter_review', 'letter_close', 'letter_issue', 'extension', 'support', 'sheet_fill', 'sheet_correct', 'sheet_review', 'sheet_chase', 'duty', 'case_decide', 'case_issue', 'case_hold', 'case_follow', 'case_finish', 'exemption', 'retest', 'verify']
    for (const kind of alone) {
      expect(todoTitle(line({ kind }))).not.toContain('todo.')
      expect(todoDo(line({ kind }))).not.toContain('todo.')
    }
    for (const kind of ['sheet_review', 'sheet_chase', 'case_decide', 'retest', 'verify', 'duty']) expect(todoTitle(line({ kind, many: 4 }))).not.toContain('todo.')
  })
})
