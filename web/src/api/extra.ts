// SPDX-License-Identifier: Apache-2.0
/** Members that the server computes beside a record's fields. The generated types hold the fields themselves. */
import type * as api from './types.gen'

export interface PostHeld {
  post_id: number
  post_kind: string
  department: string
  document_no: string | null
  valid_from: string
  valid_to: string | null
  person_id: number
  person_name: string
  title: string | null
  office_phone: string | null
  mobile: string | null
  email: string | null
  masked: boolean
}
export type UnitFull = api.OrgUnit & { parent_name: string; trail: { unit_id: number; unit_name: string }[]; posts: PostHeld[]; plans: (api.ReorganisationPlan & { failed_why?: string })[] }
export type Requirement = api.GateRequirement
export type SystemFull = api.InfoSystem & Omit<api.InfoSystemMore, 'gate'> & { gate?: { change: string; requirements: Requirement[] } }
export type Clock = api.LetterClock
export type LetterLine = api.Letter & api.LetterClock
export type LetterFull = api.Letter & api.LetterMore
export type LetterFinding = api.FindingOfLetter
export type FindingFull = api.Finding
export type DutyLine = api.Item<'duties_list'>
export type DutyFull = api.Reply<'duties_get'>
export type PackLine = api.RulePack
export type ArticleFull = api.Reply<'duties_article'>
export type AttachmentLine = api.Item<'attachment_list'>
export type EntryLine = api.Item<'ledgerbook_list'>
export type CasePerson = api.PostHolder
export type CaseFull = api.DisciplineCase & api.CaseMore
export type InboxLine = api.Item<'notify_list'>
export type Verdict = api.LedgerVerdict
export type Head = api.LedgerHead
export interface BenchDuty {
  duty_id: number
  rule: string
  article: string
  text: string
  subject_kind: string
  subject_id: number
  subject_label: string
  unit_id: number
  unit_name: string
  due_on: string
  countdown_working_days: number | null
  due_provisional: boolean
  late: boolean
}
export interface TodoLine {
  kind: string
  id: number
  /** How many alike things stand on this line. */
  many: number
  title: string
  note: string
  unit_name: string
  rule: string
  article: string
  due_on: string
  countdown_working_days: number | null
  due_provisional: boolean
  late: boolean
  if_late: { text: string; article: string; escalate_to: string; escalate_working_days: number } | null
}
export interface Overview {
  months: { month: string; notified: number; closed: number; due: number; on_time: number }[]
  units: { unit_id: number; unit_name: string; letters: number; due: number; on_time: number; running: number; late: number }[]
  register: { system_type: string; mlps_level: number; many: number }[]
  collections: { collection_id: number; title: string; due_on: string; countdown_working_days: number | null; late: boolean; not_started: number; draft: number; returned: number; handed_in: number; accepted: number }[]
}
export interface Bench {
  todo?: TodoLine[]
  today: string
  side: 'authority' | 'unit' | 'scan_team' | 'other'
  duties?: { open: number; due_today: number; due_soon: number; late: number; soonest: BenchDuty[] }
  letters?: Record<string, number>
  requests?: { extension: number; support: number }
  cases?: { waiting: number; waiting_for_me: number; to_issue: number; to_hold: number }
  findings?: Record<string, number>
  addresses?: { unregistered: number }
  systems?: Record<string, number>
  all_duties?: { open: number; late: number; units_late: number }
  red?: BenchDuty[]
}
export interface BriefFigure {
  key: string
  unit: 'percent' | 'days' | 'count'
  value: number | null
  previous: number | null
  numerator?: number
  denominator?: number
}
export interface Brief {
  month: string
  previous_month: string
  figures: BriefFigure[]
}
