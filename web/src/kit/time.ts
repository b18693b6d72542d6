// SPDX-License-Identifier: Apache-2.0
/** Dates as people write them. Every time is shown at +08:00, wherever the browser stands. */
import { lang, t } from './words'

const HOUR = 3_600_000
export const DAY = 24 * HOUR

const two = (n: number): string => String(n).padStart(2, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const WEEK = { zh: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'], en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] }

interface Parts { y: number; m: number; d: number; week: number; hh: number; mm: number }

function parts(ms: number): Parts {
  const at = new Date(ms + 8 * HOUR)
  return { y: at.getUTCFullYear(), m: at.getUTCMonth() + 1, d: at.getUTCDate(), week: at.getUTCDay(), hh: at.getUTCHours(), mm: at.getUTCMinutes() }
}
function dateParts(date: string): Parts {
  return parts(Date.parse(`${date}T00:00:00+08:00`))
}
/** "YYYY-MM-DD" at +08:00. */
export function isoDate(ms: number): string {
  const p = parts(ms)
  return `${p.y}-${two(p.m)}-${two(p.d)}`
}
/** By how much the server's clock is ahead of this machine's: days are counted by the server's. */
let ahead = 0
export function tellTime(server_ms: number): void {
  ahead = server_ms - Date.now()
}
export const now = (): number => Date.now() + ahead
export const today = (): string => isoDate(now())
export function addDays(date: string, days: number): string {
  return isoDate(Date.parse(`${date}T00:00:00+08:00`) + days * DAY)
}

/** 2026年10月10日 */
export function showDate(date: string | null | undefined): string {
  if (!date || !/^\d{4}-\d\d-\d\d/.test(date)) return date ?? ''
  const p = dateParts(date.slice(0, 10))
  return lang.value === 'zh' ? `${p.y}年${p.m}月${p.d}日` : `${p.d} ${MONTHS[p.m - 1]} ${p.y}`
}
/** 10月10日, with the year when it is not this year. */
export function shortDate(date: string): string {
  const p = dateParts(date)
  if (p.y !== parts(now()).y) return showDate(date)
  return lang.value === 'zh' ? `${p.m}月${p.d}日` : `${p.d} ${MONTHS[p.m - 1]}`
}
/** 2026-10 as 10月, with the year in January and when it is not this year. */
export function showMonth(month: string): string {
  const [y, m] = month.split('-').map(Number)
  const year = m === 1 || y < parts(Date.now()).y - 1
  return lang.value === 'zh' ? `${year ? `${y}年` : ''}${m}月` : `${MONTHS[m - 1]}${year ? ` ${y}` : ''}`
}
export function weekday(date: string): string {
  return WEEK[lang.value][dateParts(date).week]
}
export function weekdayNumber(date: string): number {
  return dateParts(date).week
}
/** 2026年10月10日 15:04 */
export function showTime(ms: number | null | undefined): string {
  if (!ms) return ''
  const p = parts(ms)
  return `${showDate(isoDate(ms))} ${two(p.hh)}:${two(p.mm)}`
}
/** 10-10 15:04, for dense columns; the year when it is another. */
export function denseTime(ms: number | null | undefined): string {
  if (!ms) return ''
  const p = parts(ms)
  const year = p.y === parts(now()).y ? '' : `${p.y}-`
  return `${year}${two(p.m)}-${two(p.d)} ${two(p.hh)}:${two(p.mm)}`
}
/** 3 分钟前, 昨天, 5 天前; after a month the date. */
export function ago(ms: number | null | undefined, at = now()): string {
  if (!ms) return ''
  const past = at - ms
  if (past < 60_000 && past > -60_000) return t('time.now')
  if (past < 0) return showTime(ms)
  if (past < HOUR) return t('time.minutes_ago', Math.floor(past / 60_000))
  if (past < DAY && isoDate(ms) === isoDate(at)) return t('time.hours_ago', Math.floor(past / HOUR))
  const days = Math.round((Date.parse(isoDate(at)) - Date.parse(isoDate(ms))) / DAY)
  if (days === 1) return t('time.yesterday')
  if (days <= 30) return t('time.days_ago', days)
  return showDate(isoDate(ms))
}
/** 2 小时 5 分钟 */
export function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return t('time.seconds', Math.max(1, Math.round(ms / 1000)))
  if (minutes < 60) return t('time.minutes', minutes)
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 ? t('time.hours_minutes', hours, minutes % 60) : t('time.hours', hours)
  return t('time.days', Math.round(hours / 24))
}
/** 1,234,567 */
export function showNumber(n: number | null | undefined): string {
  return n === null || n === undefined ? '' : String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}
/** Fen to 1,234.50 元 */
export function showMoney(fen: number | null | undefined): string {
  if (fen === null || fen === undefined) return ''
  const yuan = Math.trunc(Math.abs(fen) / 100)
  const rest = Math.abs(fen) % 100
  return `${fen < 0 ? '-' : ''}${showNumber(yuan)}${rest ? `.${two(rest)}` : ''} ${t('unit.yuan')}`
}
export function showSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
