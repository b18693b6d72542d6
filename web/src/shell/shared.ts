// SPDX-License-Identifier: Apache-2.0
import { ref } from 'vue'
import { api } from '@/api/client'

/** The unread count of the inbox, shown in the bar. */
export const unread = ref(0)
export async function countInbox(): Promise<void> {
  const got = await api.get<{ unread?: number; count?: number }>('/api/inbox/count').catch(() => null)
  if (got) unread.value = got.unread ?? got.count ?? 0
}
/** What the server says about itself: authority name and version. */
export const about = ref<{ authority_name?: string; version?: string }>({})
export async function loadAbout(): Promise<void> {
  about.value = (await api.get<{ authority_name?: string; version?: string }>('/api/about').catch(() => null)) ?? {}
}
