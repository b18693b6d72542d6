// SPDX-License-Identifier: Apache-2.0
import { ref } from 'vue'
import { api, ApiError } from '@/api/client'
import type { Me } from '@/api'
import type { RouteName } from '@/api/types.gen'
import { tellTime } from './time'

export const me = ref<Me | null>(null)

export function is(...roles: string[]): boolean {
  return !!me.value && me.value.roles.some((r) => roles.includes(r.role))
}
/** May this person call the operation? What the server grants is the only list. */
export function can(operation: RouteName | (string & {})): boolean {
  return !!me.value?.operations.includes(operation)
}

export async function loadMe(): Promise<Me | null> {
  try {
    me.value = await api.get<Me>('/api/me')
    tellTime(me.value.now_ms)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    me.value = null
  }
  return me.value
}
export async function signIn(login_name: string, password: string, code = ''): Promise<void> {
  await api.post('/api/sessions', { login_name, password, ...(code ? { code } : {}) })
  await loadMe()
}
export async function signOut(): Promise<void> {
  await api.delete('/api/sessions/current').catch(() => {})
  me.value = null
}
