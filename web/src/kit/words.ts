// SPDX-License-Identifier: Apache-2.0
/** Texts: the browser's own are built in; labels of fields, enums and messages come from the server's words. */
import { computed, reactive, ref } from 'vue'
import { api } from '@/api/client'

export type Lang = 'zh' | 'en'
/** The browser's own texts: only the language that is spoken is fetched. */
const own = reactive<Record<Lang, Record<string, string>>>({ zh: {}, en: {} })
const server = reactive<Record<Lang, Record<string, string>>>({ zh: {}, en: {} })

const KEY = 'anze.lang'
export const lang = ref<Lang>(localStorage.getItem(KEY) === 'en' ? 'en' : 'zh')
export const isZh = computed(() => lang.value === 'zh')

function fill(text: string, args: unknown[]): string {
  return args.length ? text.replace(/\{(\d)\}/g, (whole, at: string) => (args[Number(at)] === undefined ? whole : String(args[Number(at)]))) : text
}

export function has(key: string): boolean {
  return key in own[lang.value] || key in server[lang.value]
}
export function t(key: string, ...args: unknown[]): string {
  return fill(own[lang.value][key] ?? server[lang.value][key] ?? key, args)
}
/** The first of these keys that somebody wrote, else `otherwise`. */
export function tOr(otherwise: string, ...keys: string[]): string {
  for (const key of keys) if (has(key)) return t(key)
  return otherwise
}

/** As the server does it: a table named finding_row borrows the labels of finding; what many tables have stands under "any". */
export function fieldLabel(table: string, field: string): string {
  const parts = table.split('_')
  const tables = parts.map((_, at) => parts.slice(0, parts.length - at).join('_'))
  return tOr(field, ...[...tables, 'any'].map((one) => `field.${one}.${field}`))
}
/** The label of a field whose table is not known (details of the ledger): the first that any table gives it. */
export function anyFieldLabel(field: string): string {
  const shared = `field.any.${field}`
  if (has(shared)) return t(shared)
  const end = `.${field}`
  const key = Object.keys(server[lang.value]).find((k) => k.startsWith('field.') && k.endsWith(end) && k.split('.').length === 3)
  return key ? t(key) : field
}
export function fieldHelp(table: string, field: string): string {
  return tOr('', `help.${table}.${field}`)
}
export function enumLabel(of: string, value: string | null | undefined): string {
  return value ? tOr(value, `enum.${of}.${value}`) : ''
}

export async function loadOwn(which: Lang): Promise<void> {
  if (!Object.keys(own[which]).length) own[which] = (which === 'zh' ? await import('@/words/zh.json') : await import('@/words/en.json')).default
}
async function loadServer(which: Lang): Promise<void> {
  if (!Object.keys(server[which]).length) server[which] = await api.get<Record<string, string>>(`/api/words/${which}`)
}

export async function setLang(which: Lang): Promise<void> {
  // Without the server's labels the page still says what is wrong.
  await Promise.all([loadOwn(which), loadServer(which).catch(() => {})])
  lang.value = which
  localStorage.setItem(KEY, which)
  document.documentElement.lang = which === 'zh' ? 'zh-CN' : 'en'
}
export async function startWords(): Promise<void> {
  await setLang(lang.value)
}

/** A verb of the ledger: "letter.issued". */
export function verbText(verb: string | null | undefined): string {
  if (!verb) return ''
  return server[lang.value][`verb.${verb}`] ?? tOr(verb, `verb.${verb}`)
}
