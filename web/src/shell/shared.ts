// SPDX-License-Identifier: Apache-2.0
import { computed, ref } from 'vue'
import { api, type HttpHealth, type InboxCount } from '@/api'
import { can, me } from '@/kit/session'
import { needUnits, unitTree } from '@/kit/units'

/** The unread count of the inbox, shown in the bar. */
export const unread = ref(0)
export async function countInbox(): Promise<void> {
  if (!can('notify_count')) return
  const got = await api.get<InboxCount>('/api/inbox/count').catch(() => null)
  if (got) unread.value = got.unread
}
export const version = ref('')
/** The office that runs this server: the root of the unit tree. */
export const authority = computed(() => unitTree.value[0]?.unit_name ?? me.value?.unit?.unit_name ?? '')
export async function loadAbout(): Promise<void> {
  if (can('org_tree')) void needUnits()
  version.value = (await api.get<HttpHealth>('/api/health').catch(() => null))?.version ?? ''
}
