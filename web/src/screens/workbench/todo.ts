// SPDX-License-Identifier: Apache-2.0
/** The lines of the workbench: when each is due, where it leads, and what happens when it is left. */
import type { TodoLine } from '@/api'
import { enumLabel, t, tOr } from '@/kit/kit'

export const BUCKETS = ['late', 'today', 'soon', 'open', 'later'] as const
export type Bucket = (typeof BUCKETS)[number]
const SOON_DAYS = 3

/** late, today, within three working days, without a date, later. */
export function bucketOf(x: Pick<TodoLine, 'late' | 'due_on' | 'countdown_working_days'>): Bucket {
  if (x.late) return 'late'
  if (!x.due_on || x.countdown_working_days === null) return 'open'
  return x.countdown_working_days <= 0 ? 'today' : x.countdown_working_days <= SOON_DAYS ? 'soon' : 'later'
}
/** How much work a line is: alike duties and cases are each one's own; units to remind are one reminder. */
export const weight = (x: Pick<TodoLine, 'kind' | 'many'>): number => (x.kind === 'duty' || x.kind === 'case_decide' ? x.many : 1)
const letter = (x: TodoLine): string => `/letters/${x.id}?tab=work`
const one = (x: TodoLine): string => `/cases/${x.id}`
const homes: Record<string, (x: TodoLine) => string> = {
  letter_issue: (x) => `/letters/${x.id}?tab=letter`,
  sheet_fill: (x) => `/tasks/${x.id}`,
  sheet_correct: (x) => `/tasks/${x.id}`,
  sheet_review: (x) => `/collections/${x.id}?state=handed_in`,
  sheet_chase: (x) => `/collections/${x.id}`,
  duty: (x) => (x.many > 1 ? `/duties?state=open&rule=${encodeURIComponent(x.rule)}` : `/duties/${x.id}`),
  case_decide: (x) => (x.many > 1 ? `/cases?state=proposed,first_agreed&case_kind=${x.title}` : one(x)),
  case_issue: one, case_hold: one, case_follow: one, case_finish: one,
  exemption: () => '/exemptions?state=asked',
  verify: () => '/findings?state=reported&severity=critical,high&sort=-severity',
}
export const todoTo = (x: TodoLine): string => (homes[x.kind] ?? letter)(x)
/** The line in one sentence: what to do with what. */
export function todoTitle(x: TodoLine): string {
  const what = x.kind.startsWith('case_') ? enumLabel('case_kind', x.title) : x.title
  return t(x.many > 1 && x.kind !== 'duty' ? `todo.${x.kind}.many` : `todo.${x.kind}`, what, x.many)
}
export const todoDo = (x: TodoLine): string => t(`todo.do.${x.kind}`)
/** What follows when it is left undone, in the rule's own words; '' when nothing is laid down. */
export function todoAfter(x: TodoLine): string {
  const after = x.if_late
  if (after?.text) return t(x.late ? 'todo.after_now' : 'todo.after', after.text, after.article)
  if (x.kind === 'sheet_fill' || x.kind === 'sheet_correct') return t(x.late ? 'todo.after_sheet_now' : 'todo.after_sheet')
  if (!after?.escalate_to) return ''
  const whom = tOr(after.escalate_to, `enum.post_kind.${after.escalate_to}`, `enum.role.${after.escalate_to}`)
  return t(after.escalate_working_days === 1 ? 'todo.escalates_one' : 'todo.escalates', after.escalate_working_days, whom)
}
