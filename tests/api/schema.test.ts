// SPDX-License-Identifier: Apache-2.0
//
// What the program answers is what its interface description says: every GET for every role that may, every refusal, and
// all that making the county answered on the way. (The main job holds its own answers against the description too.)
import { afterAll, beforeAll, expect, test } from "vitest";

import { ROLES } from "../lib/county";
import { describeApi, operations, resolve, watchSchema, type SchemaWatch } from "../lib/schema";
import { LOGIN, makeWorld, NOBODY, type World } from "../lib/world";

/* eslint-disable @typescript-eslint/no-explicit-any */
let world: World;
let watch: SchemaWatch;
beforeAll(async () => {
    watch = await watchSchema();
    world = await makeWorld((client) => watch.attach(client));
}, 240_000);
afterAll(() => world?.county.dispose());

const QUERY: Record<string, string> = { start: "2026-09-30", days: "3", q: "门户", on: "2026-09-28", month: "2026-09", subject_kind: "letter", subject_id: "1" };
const WORDS: Record<string, string> = { article: "Y5", year: "2026", lang: "zh", change: "system.go_live", verify_code: "AZ-AAAA-BBBB-CCCC" };

test("what made the county answered as described", () => {
    expect(watch.seen).toBeGreaterThan(100);
    expect(watch.report()).toEqual([]);
});

test("every GET, every role, with things and without", async () => {
    const api = await describeApi();
    for (const one of operations(api)) {
        if (one.method !== "GET") continue;
        for (const role of ROLES) {
            const client = await world.client(LOGIN[role]);
            for (const ids of [world.ids.own, {} as Record<string, number | string>]) {
                const path = one.path.replace(/\{(\w+)\}/g, (_, name: string) => String(WORDS[name] ?? ids[name === "subject_id" ? "system_id" : name] ?? NOBODY));
                const query = (one.raw.parameters ?? []).filter((parameter: any) => parameter.in === "query" && parameter.required).map((parameter: any) => `${parameter.name}=${encodeURIComponent(QUERY[parameter.name] ?? "1")}`);
                const answer = await client.get(query.length ? `${path}?${query.join("&")}` : path);
                expect(answer.status, `${role} ${path}`).not.toBe(500);
            }
        }
    }
    expect(watch.report()).toEqual([]);
});

test("a reply's fields are those of its table: nothing personal or secret beside them", async () => {
    const api = await describeApi();
    const officer = await world.client("officer");
    for (const one of operations(api)) {
        const items = resolve(api, one.raw.responses["200"]?.content?.["application/json"]?.schema?.properties?.items?.items);
        const row = items?.allOf ? resolve(api, items.allOf[0]) : items; // what is computed stands in the tables beside it
        if (one.method !== "GET" || one.path.includes("{") || !row?.properties || !one.grant.includes("county_officer")) continue;
        for (const item of (await officer.get(`${one.path}?limit=5`)).expect(200).items) {
            for (const name of Object.keys(item)) expect(name, one.id).not.toMatch(/password|token|unit_path|_key$|hash_of/);
            for (const [name, field] of Object.entries<any>(row.properties)) if (!field.writeOnly) expect(Object.keys(item), `${one.id}: the described field ${name} is there`).toContain(name);
        }
    }
});

test("most routes were seen, and every GET", async () => {
    const api = await describeApi();
    const unseen = operations(api).filter((one) => one.method === "GET" && !watch.operationsSeen.has(one.id));
    expect(unseen.map((one) => one.id)).toEqual([]);
});
