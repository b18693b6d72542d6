// SPDX-License-Identifier: Apache-2.0
//
// "The same system again within three months" (Y5) in its plainest form: the very same weakness, closed by a retest, found
// again and notified again. Its first notice must not be forgotten because the finding started a new life.
import { afterAll, beforeAll, expect, test } from "vitest";

import type { Client } from "../lib/client";
import { County } from "../lib/county";
import { nessusOf } from "../lib/scans";

/* eslint-disable @typescript-eslint/no-explicit-any */
const WEAK = { port: 80, plugin: 5, name: "后台弱口令", severity: 3 };
const PLAIN = { port: 80, plugin: 6, name: "服务识别", severity: 0 };

let county: County;
let officer: Client;
beforeAll(async () => {
    county = await County.make({ now: "2026-05-11T09:00:00" });
    await county.unit("a", "示例县教育局", "bureau");
    officer = await county.as("officer");
    for (const n of [1, 2]) (await officer.post("/api/systems", { system_name: `系统${n}`, system_type: "website", unit_id: county.units.a.unit_id, endpoints: [{ ip: `10.1.1.${n}`, port: 80 }] })).expect(201);
}, 120_000);
afterAll(() => county?.dispose());

async function found(n: number, at: string, ...items: any[]): Promise<any> {
    return (await officer.upload("/api/scan-imports", `${n}.nessus`, nessusOf(`10.1.1.${n}`, at, items))).expect(201);
}

async function notify(n: number): Promise<number> {
    const finding = (await officer.all("/api/findings?severity=high")).find((one) => one.ip === `10.1.1.${n}`);
    const draft = (await officer.post("/api/letters", { findings: [{ finding_id: finding.finding_id }] })).expect(201);
    (await officer.post(`/api/letters/${draft.letter_id}/issue`)).expect(200, 201);
    return draft.letter_id;
}

const criticised = async () => (await officer.all("/api/cases?case_kind=criticism")).filter((one) => one.rule === "Y5.criticism").map((one) => one.system_name).sort();

test("notified, fixed in time, found again and notified again within three months: criticism is proposed", async () => {
    for (const n of [1, 2]) {
        await found(n, "2026-05-11T08:00:00", WEAK, PLAIN);
        const letter = await notify(n);
        expect((await found(n, "2026-05-11T08:30:00", PLAIN)).closed).toBe(1);
        (await officer.post(`/api/letters/${letter}/close-out`)).expect(200, 201);
    }
    await county.restart("2026-08-11T09:00:00"); // the last day of the three months
    officer = await county.as("officer");
    expect((await found(1, "2026-08-11T08:00:00", WEAK, PLAIN)).reopened).toBe(1);
    await county.restart("2026-08-11T10:00:00"); // a sweep over everything between does not forget
    officer = await county.as("officer");
    expect(await criticised()).toEqual([]);
    await notify(1);
    expect(await criticised()).toEqual(["系统1"]);
});

test("a day later it is no recurrence", async () => {
    await county.restart("2026-08-12T09:00:00");
    officer = await county.as("officer");
    expect((await found(2, "2026-08-12T08:00:00", WEAK, PLAIN)).reopened).toBe(1);
    await notify(2);
    expect(await criticised()).toEqual(["系统1"]);
});

test("an address found again after its letter was withdrawn is no incident either", async () => {
    (await officer.post("/api/systems", { system_name: "系统3", system_type: "website", unit_id: county.units.a.unit_id, endpoints: [{ ip: "10.1.1.3", port: 80 }] })).expect(201);
    await found(3, "2026-08-12T08:10:00", WEAK, PLAIN);
    const letter = await notify(3);
    (await officer.post(`/api/letters/${letter}/withdraw`, { reason: "发错单位" })).expect(200, 201);
    await county.restart("2026-08-20T09:00:00");
    officer = await county.as("officer");
    await notify(3);
    expect(await criticised()).not.toContain("系统3");
});
