// SPDX-License-Identifier: Apache-2.0
//
// What the register exports imports back and changes nothing: whole registers made at random, every kind of system, every
// field, texts that break spreadsheets; as workbook, as CSV in UTF-8 and in GB18030; for the authority, which sees people
// masked, and for a unit. And into another installation, where nothing of it is known: there it arrives whole.
// ANZE_SEED repeats a run.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Client } from "../lib/client";
import { County } from "../lib/county";
import { Dice, randomSystem, type Schemas } from "../lib/register";
import { run } from "../lib/run";
import { readSheet, workbook } from "../lib/xlsx";

/* eslint-disable @typescript-eslint/no-explicit-any */
const SEED = Number(process.env.ANZE_SEED ?? Date.now() % 1_000_000_007);
const MANY = 60;
console.log(`registry-roundtrip: ANZE_SEED=${SEED}`);

let county: County;
let officer: Client;
let schemas: Schemas;

async function everything(client: Client): Promise<any[]> {
    const found = [];
    for (const row of await client.all("/api/systems")) found.push((await client.get(`/api/systems/${row.system_id}`)).expect(200));
    return found.sort((a, b) => a.system_id - b.system_id);
}

async function gb18030(place: County, utf8: Buffer): Promise<Buffer> {
    const from = join(place.place.folder, "utf8.csv");
    const to = join(place.place.folder, "gb.csv");
    writeFileSync(from, utf8.subarray(3)); // without the mark of UTF-8
    const ran = await run("iconv", ["-f", "UTF-8", "-t", "GB18030", "-o", to, from]);
    if (ran.code !== 0) throw new Error(ran.stderr);
    return readFileSync(to);
}

async function fill(place: County, dice: Dice): Promise<void> {
    const client = await place.as("officer");
    const units = [place.units.a.unit_id, place.units.a1.unit_id, place.units.b.unit_id];
    schemas = (await client.get("/api/openapi.json")).expect(200).components.schemas;
    const types = schemas.SystemType.enum!;
    for (let n = 0; n < MANY; n++) {
        const body = randomSystem(dice, schemas, units, types[n % types.length], n, dice.pick([0.2, 0.6, 1]));
        const answer = await client.post("/api/systems", body);
        if (answer.status !== 201) throw new Error(`seed ${SEED}, system ${n}: ${answer.text}\n${JSON.stringify(body)}`);
    }
}

const readFirst = (layout: string, bytes: Buffer): string[] => (layout === "xlsx" ? readSheet(bytes).get(1)! : bytes.toString("utf8").slice(1).split("\r\n")[0].split(","));

beforeAll(async () => {
    county = await (await County.make({ now: "2026-09-28T09:00:00" })).populate();
    officer = await county.as("officer");
    await fill(county, new Dice(SEED));
}, 180_000);
afterAll(() => county?.dispose());

describe.each([
    ["the authority", "officer"],
    ["a unit", "a_officer"],
])("exported and imported by %s", (_name, login) => {
    test.each(["xlsx", "csv", "gb18030", "english xlsx"])(`%s changes nothing (seed ${SEED})`, async (wanted) => {
        const layout = wanted.split(" ").pop()!;
        const lang = wanted.startsWith("english") ? "en" : "zh";
        const client = await county.as(login);
        const before = await everything(officer);
        const sheet = await client.get(`/api/systems/register?lang=${lang}&layout=${layout === "xlsx" ? "xlsx" : "csv"}`);
        expect(sheet.status).toBe(200);
        expect(readFirst(layout, sheet.bytes)).toContain(lang === "en" ? "System number" : "系统编号");
        const bytes = layout === "gb18030" ? await gb18030(county, sheet.bytes) : sheet.bytes;
        const name = layout === "xlsx" ? "登记表.xlsx" : "登记表.csv";
        const preview = (await client.upload("/api/registry-imports", name, bytes, { preview: 1 })).expect(200, 201);
        expect(preview.errors, JSON.stringify(preview.errors.slice(0, 5))).toEqual([]);
        expect(preview.diff, JSON.stringify(preview.diff.slice(0, 3))).toEqual([]);
        expect(preview.mapping.filter((one: any) => !one.field)).toEqual([]);
        const done = (await client.upload("/api/registry-imports", name, bytes)).expect(200, 201);
        const mine = (await client.all("/api/systems")).length;
        expect(mine).toBeGreaterThan(5);
        expect(done).toMatchObject({ created: 0, changed: 0, unchanged: mine });
        expect(await everything(officer)).toEqual(before);
    });
});

/** The sheet without its column of numbers: nothing in it is known elsewhere. */
function withoutNumbers(file: Buffer): Buffer {
    const rows = [...readSheet(file).entries()].sort(([a], [b]) => a - b).map(([, cells]) => cells.slice(1));
    return workbook(rows);
}

describe("into another installation", () => {
    let here: County;
    let other: County;
    beforeAll(async () => {
        here = await (await County.make({ now: "2026-09-28T09:00:00" })).populate();
        other = await (await County.make({ now: "2026-09-28T09:00:00" })).populate();
        await fill(here, new Dice(SEED + 1, false));
    }, 180_000);
    afterAll(async () => {
        await here?.dispose();
        await other?.dispose();
    });

    test(`everything arrives (seed ${SEED})`, async () => {
        // The command line sees people's data in full, as the machine's own administrator.
        const out = join(here.place.folder, "whole.xlsx");
        await here.place.json(["export", "registry", "--out", out]);
        const sent = join(other.place.folder, "sent.xlsx");
        writeFileSync(sent, withoutNumbers(readFileSync(out)));
        const done = await other.place.json(["import", "registry", sent]);
        expect(done).toMatchObject({ created: MANY, changed: 0, errors: [] });
        // Exported there it is the same sheet again, but for the numbers it got, in whatever order.
        const back = join(other.place.folder, "back.csv");
        const first = join(here.place.folder, "first.csv");
        await other.place.json(["export", "registry", "--out", back]);
        await here.place.json(["export", "registry", "--out", first]);
        const plain = (path: string) =>
            readFileSync(path, "utf8")
                .replace(/AZ-330000-2026-\d{5}/g, "AZ")
                .split(/\r\n/);
        expect(plain(back).sort()).toEqual(plain(first).sort());
    });
});
