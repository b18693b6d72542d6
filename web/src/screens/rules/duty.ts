// SPDX-License-Identifier: Apache-2.0
import type { Duty } from '@/api'
import { t } from '@/kit/kit'

const homes: Record<string, string> = { finding: '/findings/', system: '/systems/', unit: '/units/', letter: '/letters/', notice: '/notices/' }
/** Where a duty is fulfilled: the letter when there is one, else its subject. */
export function dutyTo(d: Duty & { letter_id?: number | null }): string | null {
  if (d.letter_id) return `/letters/${d.letter_id}`
  if (d.url?.startsWith('/')) return d.url
  return homes[d.subject_kind] ? `${homes[d.subject_kind]}${d.subject_id}` : null
}
export function dutyAct(d: Duty & { letter_id?: number | null }): string {
  return t(d.letter_id ? 'letter.fill' : 'duty.do')
}
