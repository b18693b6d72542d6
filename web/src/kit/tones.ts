// SPDX-License-Identifier: Apache-2.0
/** Which of the four status colours a value of an enum wears. The word beside it always says the same. */
export type Tone = 'ok' | 'soon' | 'late' | 'done' | 'accent'

const tones: Record<string, Record<string, Tone>> = {
  severity: { critical: 'late', high: 'late', medium: 'soon', low: 'accent', info: 'done' },
  letter_state: { draft: 'done', issued: 'soon', acknowledged: 'accent', fed_back: 'accent', retesting: 'accent', closed_out: 'ok', returned: 'soon', withdrawn: 'done' },
  finding_state: { reported: 'soon', verified: 'soon', notified: 'accent', accepted: 'accent', fixing: 'accent', fed_back: 'accent', retesting: 'accent', closed: 'ok', false_positive: 'done', risk_accepted: 'done' },
  lifecycle_status: { planning: 'accent', building: 'accent', testing: 'accent', trial: 'soon', online: 'ok', suspended: 'soon', shutdown: 'late', retired: 'done' },
  register_state: { draft: 'soon', submitted: 'accent', confirmed: 'ok' },
  filing_status: { filed: 'ok', expired: 'late', not_filed: 'soon', none: 'soon', preparing: 'soon', submitted: 'accent', not_required: 'done' },
  address_state: { unregistered: 'soon', registered: 'ok', explained: 'done', concealment_case: 'late' },
  case_state: { proposed: 'soon', first_agreed: 'soon', approved: 'accent', returned: 'done', dropped: 'done', held: 'accent', done: 'ok' },
  duty_state: { open: 'accent', satisfied: 'ok', late: 'late', exempt: 'done', cancelled: 'done' },
  feedback_state: { draft: 'done', submitted: 'accent', returned: 'soon', accepted: 'ok' },
  copy_state: { waiting: 'soon', held: 'ok', ended: 'done' },
  collection_state: { open: 'accent', closed: 'done' },
  collection_task_state: { not_started: 'soon', draft: 'accent', handed_in: 'accent', returned: 'soon', accepted: 'ok' },
  exemption_state: { asked: 'soon', approved: 'ok', refused: 'done' },
  request_state: { asked: 'soon', granted: 'ok', agreed: 'ok', answered: 'ok', refused: 'done' },
  extension_state: { asked: 'soon', granted: 'ok', refused: 'done' },
}
export function toneOf(of: string, value: string): Tone {
  return tones[of]?.[value] ?? 'done'
}
/** Enums worth a chip; the others are plain words. */
export const hasTone = (of: string): boolean => of in tones
