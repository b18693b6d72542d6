// SPDX-License-Identifier: Apache-2.0
/** The one search box, apart from how it is drawn. */
import type { SearchAnswer as Found, SearchItem as Hit } from '@/api'
export type { SearchAnswer as Found, SearchItem as Hit } from '@/api'
export interface Choice { kind: string; hit: Hit; first: boolean }

export const SHORTEST = 2
const RECENT = 6

/** What the box offers while one types: the first of each group, groups in the server's order. */
export function choices(found: Found | null, each = 4): Choice[] {
  return (found?.groups ?? []).flatMap((g) => g.items.slice(0, each).map((hit, at) => ({ kind: g.kind, hit, first: at === 0 })))
}
/** The next line by arrow key; -1 is the input itself, and beyond the end it begins again. */
export function step(at: number, many: number, by: 1 | -1): number {
  const to = at + by
  return to >= many ? -1 : to < -1 ? many - 1 : to
}
/** Recent searches, newest first. What looks like a telephone number or an identity number is personal and not kept. */
export function remember(list: readonly string[], text: string): string[] {
  const words = text.trim()
  if (words.length < SHORTEST || /^[\d\s+()*-]{7,}x?$/i.test(words)) return [...list]
  return [words, ...list.filter((x) => x !== words)].slice(0, RECENT)
}
/** The text cut where the words stand in it, so that they can be marked. */
export function cut(text: string, words: string): { text: string; hit: boolean }[] {
  const at = words ? text.toLowerCase().indexOf(words.trim().toLowerCase()) : -1
  if (at < 0 || !words.trim()) return [{ text, hit: false }]
  const end = at + words.trim().length
  return [{ text: text.slice(0, at), hit: false }, { text: text.slice(at, end), hit: true }, { text: text.slice(end), hit: false }].filter((x) => x.text)
}
