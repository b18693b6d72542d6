// SPDX-License-Identifier: Apache-2.0
import type { DutyLine } from '@/api'
import { can, isZh, t } from '@/kit/kit'

export function dutyText(d: Pick<DutyLine, 'text' | 'text_en' | 'rule'>): string {
  return (isZh.value ? d.text : d.text_en || d.text) || d.rule || ''
}
const homes: Record<string, [path: string, needs: string]> = { finding: ['/findings/', 'finding_get'], system: ['/systems/', 'registry_get'], unit: ['/units/', 'org_get'], letter: ['/letters/', 'letter_get'], case: ['/cases/', 'discipline_get'], dataset_copy: ['/dataset-copies/', 'dataset_copy_get'], dataset: ['/datasets/', 'dataset_get'] }
/** The page of what the duty is about. */
export function subjectTo(d: { subject_kind: string | null; subject_id: number | null }): string | null {
  const home = homes[d.subject_kind ?? '']
  return home && can(home[1]) ? `${home[0]}${d.subject_id}` : null
}
export const dutyTo = (d: { duty_id: number | null }): string => `/duties/${d.duty_id}`
export const dutyAct = (): string => t('duty.do')
