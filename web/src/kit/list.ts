// SPDX-License-Identifier: Apache-2.0
/** A keyset-paged list whose state (filters, sort, words) lives in the address, so that a link reproduces it. */
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { api, type Page, type Query } from '@/api'

export interface FilterSpec {
  param: string
  /** day and day_end: a date sent as the first millisecond of the day, or of the next. */
  kind: 'enum' | 'unit' | 'bool' | 'date' | 'day' | 'day_end' | 'number' | 'text'
  of?: string
  /** The identifiers offered; the enum's own when absent. */
  options?: readonly string[]
  label?: string
  /** Shown only after "more filters". */
  more?: boolean
}
export interface Column {
  field: string
  label?: string
  width?: number
  /** The sort parameter when it differs from the field; false: not sortable. */
  sort?: string | false
  off?: boolean
  right?: boolean
  /** Takes the space that is left. */
  wide?: boolean
}

const PAGE = 100

export function useList<T extends object>(url: () => string, params: readonly string[], fixed: () => Query = () => ({}), defaultSort = '') {
  const route = useRoute()
  const router = useRouter()
  const items = shallowRef<T[]>([])
  const total = ref<number | null>(null)
  const next = ref<string | null>(null)
  const loading = ref(true)
  const error = shallowRef<unknown>(null)
  let stop: AbortController | null = null

  const state = computed<Record<string, string>>(() => {
    const got: Record<string, string> = {}
    for (const name of ['q', 'sort', ...params]) {
      const value = route.query[name]
      if (typeof value === 'string' && value) got[name] = value
    }
    return got
  })
  const query = computed<Query>(() => ({ sort: defaultSort || undefined, ...fixed(), ...state.value }))
  const key = computed(() => JSON.stringify([url(), query.value]))

  async function load(more: boolean): Promise<void> {
    if (more && (loading.value || !next.value)) return
    stop?.abort()
    const mine = (stop = new AbortController())
    loading.value = true
    error.value = null
    if (!more) next.value = null
    try {
      const page = await api.get<Page<T>>(url(), { ...query.value, limit: PAGE, cursor: more ? next.value : undefined, count: more ? undefined : 1 }, mine.signal)
      items.value = more ? [...items.value, ...page.items] : page.items
      next.value = page.next ?? null
      if (!more) total.value = page.total ?? null
    } catch (reason) {
      if ((reason as Error).name === 'AbortError') return
      error.value = reason
      if (!more) items.value = []
    } finally {
      if (stop === mine) loading.value = false
    }
  }
  watch(key, () => void load(false), { immediate: true })

  function set(change: Record<string, string | undefined>): void {
    const query_now = { ...route.query }
    for (const [name, value] of Object.entries(change)) {
      if (value) query_now[name] = value
      else delete query_now[name]
    }
    void router.replace({ query: query_now, hash: route.hash })
  }
  function clear(): void {
    set(Object.fromEntries(['q', ...params].map((name) => [name, undefined])))
  }
  const filtered = computed(() => Object.keys(state.value).some((name) => name !== 'sort'))
  return reactive({ items, total, next, loading, error, state, query, filtered, set, clear, reload: () => load(false), more: () => load(true), url })
}
export type List<T extends object> = ReturnType<typeof useList<T>>
