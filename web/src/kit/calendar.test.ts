// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, it, vi } from 'vitest'

import { api } from '@/api/client'
import { countedDays, dayKind, needYear, workingDaysLeft } from './calendar'

beforeAll(async () => {
  vi.spyOn(api, 'get').mockImplementation(((path: string) => Promise.resolve({
    year: Number(path.slice(-4)), published: true,
    days: path.endsWith('2026') ? [...[1, 2, 3, 4, 5, 6, 7].map((d) => ({ day: `2026-10-0${d}`, name: '国庆节', worked: false })), { day: '2026-10-10', name: '国庆节', worked: true }] : [],
  })) as typeof api.get)
  needYear(2026)
  await vi.waitFor(() => expect(dayKind('2026-10-05').known).toBe(true))
})

describe('working days for showing', () => {
  it('knows holidays, weekends and make-up workdays', () => {
    expect(dayKind('2026-10-05')).toMatchObject({ off: true, special: '国庆节' })
    expect(dayKind('2026-10-10').off).toBe(false)
    expect(dayKind('2026-10-11').off).toBe(true)
    expect(dayKind('2026-10-12').off).toBe(false)
  })
  it('counts what is left over the holiday', () => {
    expect(workingDaysLeft('2026-10-10', '2026-09-30')).toBe(3)
    expect(workingDaysLeft('2026-10-10', '2026-10-10')).toBe(0)
    expect(workingDaysLeft('2026-10-10', '2026-10-12')).toBe(-1)
  })
  it('lists each counted day for the explanation', () => {
    const days = countedDays('2026-09-30', '2026-10-10')
    expect(days).toHaveLength(10)
    expect(days.filter((d) => !d.off).map((d) => d.date)).toEqual(['2026-10-08', '2026-10-09', '2026-10-10'])
  })
})
