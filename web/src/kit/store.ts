// SPDX-License-Identifier: Apache-2.0
/** Small things kept in this browser, per user: drafts, column choices, saved filters. */
import { ref, watch, type Ref } from 'vue'
import { me } from './session'

const full = (key: string): string => `anze.${me.value?.user_id ?? 0}.${key}`

export function keep(key: string, value: unknown): void {
  try {
    if (value === undefined || value === null) localStorage.removeItem(full(key))
    else localStorage.setItem(full(key), JSON.stringify(value))
  } catch {
    // A full or forbidden store only loses comfort.
  }
}
export function kept<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(full(key))
    return text === null ? otherwise : (JSON.parse(text) as T)
  } catch {
    return otherwise
  }
}
/** A ref that is remembered. */
export function remembered<T>(key: string, otherwise: T): Ref<T> {
  const value = ref(kept(key, otherwise)) as Ref<T>
  watch(value, (now) => keep(key, now), { deep: true })
  return value
}
