// SPDX-License-Identifier: Apache-2.0
/** What the letter page knows, and the plain words about weaknesses that a clerk can hand on. */
import type { FindingOfLetter, LetterFull } from '@/api'
import { has, t } from '@/kit/kit'

export const STEPS = ['draft', 'issued', 'acknowledged', 'fed_back', 'retesting', 'closed_out'] as const
export function stepOf(state: string): number {
  return state === 'returned' ? 2 : STEPS.indexOf(state as (typeof STEPS)[number])
}
/** One paragraph a clerk understands. */
export function plainWords(f: { vuln_kind?: string | null; title: string | null }): string {
  const key = `plain.${f.vuln_kind ?? ''}`
  return has(key) ? t(key) : t('plain.other')
}
export function whereOf(f: Pick<FindingOfLetter, 'host_name' | 'ip' | 'port' | 'url_path'>): string {
  const host = f.host_name && f.host_name !== f.ip ? `${f.host_name} (${f.ip})` : (f.ip ?? '')
  return `${host}${f.port ? `:${f.port}` : ''}${f.url_path ?? ''}`
}
/** What to send to the vendor. */
export function vendorText(l: LetterFull, due: string): string {
  const lines = l.finding_rows.map((f, at) => t('vendor.line', at + 1, f.system_name, f.title, whereOf(f) ? t('vendor.where', whereOf(f)) : '', f.remedy ? t('vendor.remedy', f.remedy.slice(0, 300)) : ''))
  return [t('vendor.head', l.unit_name, l.doc_number ?? '', l.finding_rows.length), ...lines, t('vendor.ask', due)].join('\n')
}
