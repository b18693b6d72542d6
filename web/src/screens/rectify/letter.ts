// SPDX-License-Identifier: Apache-2.0
/** What the letter page knows, and the plain words about weaknesses that a clerk can hand on. */
import type { Feedback, Finding, Letter } from '@/api'
import { has, t } from '@/kit/kit'

export interface Extension { extension_id?: number; working_days: number; reason: string; state: string; decided_by?: string; decided_at_ms?: number; asked_at_ms?: number }
export interface Support { support_id?: number; question: string; answer?: string | null; asked_at_ms?: number; answered_at_ms?: number; asked_by?: string; answered_by?: string }
export interface Lateral { system_id: number; system_name: string; system_no?: string; finding_id?: number; title?: string; result?: string | null; checked_at_ms?: number | null }
export interface LetterEvent { at_ms: number; event?: string; verb?: string; actor?: string; detail?: string; text?: string }
export interface FullLetter extends Letter {
  findings?: Finding[]
  feedbacks?: Feedback[]
  feedback?: Feedback | Feedback[] | null
  extensions?: Extension[]
  extension_requests?: Extension[]
  supports?: Support[]
  support_requests?: Support[]
  events?: LetterEvent[]
  citations?: { article: string; cite?: string; text?: string }[]
  notice_id?: number | null
  duty?: { duty_id: number; due_date: string; state: string; opened_at_ms?: number; from_date?: string } | null
}
export const feedbacksOf = (l: FullLetter): Feedback[] => l.feedbacks ?? (Array.isArray(l.feedback) ? l.feedback : l.feedback ? [l.feedback] : [])
export const extensionsOf = (l: FullLetter): Extension[] => l.extensions ?? l.extension_requests ?? []
export const supportsOf = (l: FullLetter): Support[] => l.supports ?? l.support_requests ?? []

export const STEPS = ['draft', 'issued', 'acknowledged', 'fed_back', 'retesting', 'closed_out'] as const
export function stepOf(state: string): number {
  return state === 'returned' ? 2 : STEPS.indexOf(state as (typeof STEPS)[number])
}
/** One paragraph a clerk understands. */
export function plainWords(f: Finding): string {
  const key = `plain.${f.vuln_kind}`
  return has(key) ? t(key) : t('plain.other')
}
export function whereOf(f: Finding): string {
  const host = f.host_name && f.host_name !== f.ip ? `${f.host_name} (${f.ip})` : (f.ip ?? '')
  return `${host}${f.port ? `:${f.port}` : ''}${f.url_path ?? ''}`
}
/** What to send to the vendor. */
export function vendorText(l: FullLetter, due: string): string {
  const lines = (l.findings ?? []).map((f, at) => t('vendor.line', at + 1, f.system_name ?? '', f.title, whereOf(f), f.remedy ? t('vendor.remedy', f.remedy.slice(0, 300)) : ''))
  return [t('vendor.head', l.unit_name, l.doc_number, l.findings?.length ?? 0), ...lines, t('vendor.ask', due)].join('\n')
}
