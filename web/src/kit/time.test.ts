// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { addDays, ago, DAY, denseTime, duration, isoDate, shortDate, showDate, showMoney, showNumber, showTime, weekday } from './time'
import { lang } from './words'

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-10-09T12:00:00+08:00') })
  lang.value = 'zh'
})
afterEach(() => void vi.useRealTimers())

describe('dates as people write them', () => {
  it('shows a day in both languages', () => {
    expect(showDate('2026-10-10')).toBe('2026年10月10日')
    expect(shortDate('2026-10-10')).toBe('10月10日')
    expect(shortDate('2027-01-04')).toBe('2027年1月4日')
    expect(weekday('2026-10-10')).toBe('周六')
    lang.value = 'en'
    expect(showDate('2026-10-10')).toBe('10 Oct 2026')
    expect(weekday('2026-10-10')).toBe('Sat')
  })
  it('keeps +08:00 around midnight whatever the machine says', () => {
    expect(isoDate(Date.parse('2026-09-30T16:00:00Z'))).toBe('2026-10-01')
    expect(isoDate(Date.parse('2026-09-30T15:59:59Z'))).toBe('2026-09-30')
    expect(showTime(Date.parse('2026-09-30T16:05:00Z'))).toBe('2026年10月1日 00:05')
    expect(denseTime(Date.parse('2025-09-30T16:05:00Z'))).toBe('2025-10-01 00:05')
  })
  it('walks over months and leap days', () => {
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29')
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31')
  })
  it('says how long ago', () => {
    const now = Date.now()
    expect(ago(now - 20_000)).toBe('刚刚')
    expect(ago(now - 3 * 60_000)).toBe('3 分钟前')
    expect(ago(now - 5 * 3_600_000)).toBe('5 小时前')
    // Eleven at night is yesterday, not thirteen hours ago.
    expect(ago(Date.parse('2026-10-08T23:00:00+08:00'))).toBe('昨天')
    expect(ago(now - 6 * DAY)).toBe('6 天前')
    expect(ago(now - 90 * DAY)).toBe('2026年7月11日')
  })
  it('writes numbers, money and durations', () => {
    expect(showNumber(1234567)).toBe('1,234,567')
    expect(showNumber(0)).toBe('0')
    expect(showMoney(128000050)).toBe('1,280,000.50 元')
    expect(showMoney(-5)).toBe('-0.05 元')
    expect(duration(125 * 60_000)).toBe('2 小时 5 分钟')
    expect(duration(200)).toBe('1 秒')
  })
})
