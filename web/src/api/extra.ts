// SPDX-License-Identifier: Apache-2.0
/** Members that the server computes beside a record's fields. The generated types hold the fields themselves. */
import type * as api from './types.gen'

export type UnitFull = api.Reply<'org_get'>
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
