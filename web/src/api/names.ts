// SPDX-License-Identifier: Apache-2.0
/** Short names for what operations answer, where several tables stand side by side. What they hold is described by the server. */
import type { Item, Reply } from './types.gen'

export type ArticleFull = Reply<'duties_article'>
export type AttachmentLine = Item<'attachment_list'>
export type CaseFull = Reply<'discipline_get'>
export type DutyFull = Reply<'duties_get'>
export type DutyLine = Item<'duties_list'>
export type EntryLine = Item<'ledgerbook_list'>
export type InboxLine = Item<'notify_list'>
export type LetterFull = Reply<'letter_get'>
export type LetterLine = Item<'letter_list'>
export type SystemFull = Reply<'registry_get'>
export type UnitFull = Reply<'org_get'>
