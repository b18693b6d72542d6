// SPDX-License-Identifier: Apache-2.0
/** The working-day calendar for showing (never for computing a due date: the server does that). */
import { reactive } from 'vue'
import { api, type CalendarYear } from '@/api'
import { addDays, today, weekdayNumber } from './time'

interface Known {
  published: boolean
  days: Map<string, { name: string; off: boolean }>
}
const years = reactive(new Map<number, Known>())
const asked = new Set<number>()

export function needYear(year: number): void {
  if (asked.has(year)) return
  asked.add(year)
  api.get<CalendarYear>(`/api/calendar/${year}`).then(
    (got) => years.set(year, { published: got.published, days: new Map(got.days.map((d) => [d.day, { name: d.name, off: !d.worked }])) }),
    () => asked.delete(year),
  )
}
export function dayKind(date: string): { off: boolean; special: string; known: boolean } {
  const year = Number(date.slice(0, 4))
  needYear(year)
  const known = years.get(year)
  const day = known?.days.get(date)
  const weekend = [0, 6].includes(weekdayNumber(date))
  return { off: day ? day.off : weekend, special: day?.name ?? '', known: !!known?.published }
}
/** Working days from tomorrow to `due`, both ends included; negative when due has passed. */
export function workingDaysLeft(due: string, from = today()): number {
  let left = 0
  if (due >= from) {
    for (let day = addDays(from, 1); day <= due && left < 400; day = addDays(day, 1)) if (!dayKind(day).off) left++
    return left
  }
  for (let day = addDays(due, 1); day <= from && left > -400; day = addDays(day, 1)) if (!dayKind(day).off) left--
  return left
}
/** The days between start (not counted) and due, each counted or off, for the explanation. */
export function countedDays(start: string, due: string): { date: string; off: boolean; special: string }[] {
  const days: { date: string; off: boolean; special: string }[] = []
  for (let day = addDays(start, 1); day <= due && days.length < 60; day = addDays(day, 1)) days.push({ date: day, ...dayKind(day) })
  return days
}
