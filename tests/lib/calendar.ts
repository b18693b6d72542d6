// SPDX-License-Identifier: Apache-2.0
//
// Working days, counted again and differently: a plain walk over the published day lists of shared/data/holidays.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

import { shared } from "./place";

interface Year {
    year: number;
    days: Array<{ name: string; date: string; isOffDay: boolean }>;
}

let special: Map<string, boolean> | undefined;
export let publishedTo = 0;

export function holidays(): Map<string, boolean> {
    if (special) return special;
    special = new Map();
    const folder = dirname(shared("data", "holidays", "2026.json"));
    for (const name of readdirSync(folder)) {
        if (!/^\d{4}\.json$/.test(name)) continue;
        const year = JSON.parse(readFileSync(join(folder, name), "utf8")) as Year;
        publishedTo = Math.max(publishedTo, Number(name.slice(0, 4)));
        for (const day of year.days) special.set(day.date, day.isOffDay);
    }
    return special;
}

export function addDays(date: string, many: number): string {
    const at = new Date(`${date}T00:00:00Z`);
    at.setUTCDate(at.getUTCDate() + many);
    return at.toISOString().slice(0, 10);
}

export function isWorkday(date: string): boolean {
    const said = holidays().get(date);
    if (said !== undefined) return !said;
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    return weekday !== 0 && weekday !== 6;
}

/** The day of the event does not count; `many` working days follow. */
export function addWorkdays(date: string, many: number): string {
    let at = date;
    for (let left = many; left > 0; ) {
        at = addDays(at, 1);
        if (isWorkday(at)) left--;
    }
    return at;
}

/** "2026-10-10" as it is printed: 2026年10月10日. */
export function inWords(date: string): string {
    const [year, month, day] = date.split("-").map(Number);
    return `${year}年${month}月${day}日`;
}
