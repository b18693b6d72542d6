// SPDX-License-Identifier: Apache-2.0
import type { InboxLine } from '@/api'
import { can } from '@/kit/kit'

/** Where a message leads: a duty to its own page, which knows the next step; else where the server says. */
export function inboxTo(item: InboxLine): string {
  if (item.subject_kind === 'duty' && item.subject_id && can('duties_get')) return `/duties/${item.subject_id}`
  return item.url || '/inbox'
}
