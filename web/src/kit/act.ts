// SPDX-License-Identifier: Apache-2.0
import { ElMessage } from 'element-plus/es/components/message/index.mjs'
import { ref, shallowRef } from 'vue'
import { ApiError } from '@/api/client'
import { t } from './words'

export function say(text: string): void {
  ElMessage({ message: text, type: 'success', duration: 3200, showClose: true })
}
/** The sentence of an error, for people. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) return error.message
  return t('error.network')
}

/** One act at a time: busy while it runs, the refusal kept beside the button until the next try. */
export function useAct() {
  const busy = ref(false)
  const error = shallowRef<unknown>(null)
  async function act<T>(work: () => Promise<T>, done?: string): Promise<T | undefined> {
    if (busy.value) return undefined
    busy.value = true
    error.value = null
    try {
      const result = await work()
      if (done) say(done)
      return result
    } catch (reason) {
      error.value = reason
      return undefined
    } finally {
      busy.value = false
    }
  }
  return { busy, error, act }
}

/** Loads one thing and remembers that it is loading or failed. */
export function useLoad<T>(load: () => Promise<T>) {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<unknown>(null)
  const loading = ref(true)
  let turn = 0
  async function reload(): Promise<void> {
    const mine = ++turn
    loading.value = true
    try {
      const result = await load()
      if (mine !== turn) return
      data.value = result
      error.value = null
    } catch (reason) {
      if (mine === turn) error.value = reason
    } finally {
      if (mine === turn) loading.value = false
    }
  }
  void reload()
  return { data, error, loading, reload }
}
