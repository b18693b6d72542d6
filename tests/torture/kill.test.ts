// SPDX-License-Identifier: Apache-2.0
//
// The server is killed (SIGKILL) under concurrent writes, again and again. Each write ends in one of three ways, and is
// held to it: answered with success, it must be there afterwards; answered with a refusal, it must not; not answered,
// it may be either, but whole: the record and its ledger entry together, or neither.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { Client } from "../lib/client";
import { Installation } from "../lib/installation";
import { postgres } from "../lib/place";
import { run } from "../lib/run";

/* eslint-disable @typescript-eslint/no-explicit-any */
const ROUNDS = Number(process.env.ANZE_KILL_ROUNDS ?? 50);
const CLIENTS = 8;

let place: Installation;
let unit_id: number;
let token: string;
const acknowledged = new Set<string>();
const refused = new Set<string>();
const unknown = new Set<string>();
const files = new Map<number, string>();

beforeAll(async () => {
    place = await Installation.make("init", { name: "示例县数据局" });
    const made = await place.json(["user", "add", "officer", "--role", "county_officer", "--unit", "示例县数据局"]);
    place.accounts.set("officer", made);
    await place.serve();
    const officer = await place.as("officer");
    token = officer.cookie;
    unit_id = (await officer.get("/api/units")).expect(200).items[0].unit_id;
    await place.stop();
}, 60_000);
afterAll(() => place?.dispose());

function client(): Client {
    const one = place.client();
    one.cookie = token; // sessions live in the database and outlive the server
    return one;
}

/** Writes until the server is gone. Every fourth write is a file. */
async function load(round: number, number: number, over: () => boolean): Promise<void> {
    const one = client();
    for (let n = 0; !over(); n++) {
        const name = `系统-${round}-${number}-${n}`;
        try {
            if (number === 0 && n % 2) {
                const answer = await one.upload("/api/attachments", `${name}.txt`, Buffer.from(name.repeat(200)), { subject_kind: "unit", subject_id: unit_id, kind: "emergency_plan" });
                if (answer.status === 201) files.set(answer.json.attachment_id, name);
                else if (answer.status !== 503) throw Object.assign(new Error(`${answer.status} ${answer.text}`), { wrong: true });
                continue;
            }
            const answer = await one.post("/api/systems", { system_name: name, system_type: "website", unit_id, endpoints: [{ ip: `10.${round}.${number}.${n % 250}`, port: 443 }] });
            if (answer.status === 201) acknowledged.add(name);
            else if (answer.status === 503) refused.add(name);
            else throw Object.assign(new Error(`${answer.status} ${answer.text}`), { wrong: true });
        } catch (error) {
            if ((error as any).wrong) throw error;
            unknown.add(name);
            break;
        }
    }
    one.close();
}

async function names(): Promise<Set<string>> {
    return new Set((await place.sql("SELECT system_name FROM info_system")).split("\n").filter(Boolean));
}

async function check(): Promise<void> {
    const there = await names();
    expect([...acknowledged].filter((name) => !there.has(name)), "acknowledged, and lost").toEqual([]);
    expect([...refused].filter((name) => there.has(name)), "refused, and written").toEqual([]);
    expect([...there].filter((name) => !acknowledged.has(name) && !unknown.has(name)), "written by nobody").toEqual([]);
    // Whole or not at all: a system, its address and its ledger entry.
    const counts = await place.sql(
        "SELECT (SELECT COUNT(*) FROM info_system), (SELECT COUNT(*) FROM system_endpoint), (SELECT COUNT(*) FROM ledger_entry WHERE verb = 'system.created')," +
            " (SELECT COUNT(*) FROM info_system s WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.verb = 'system.created' AND e.subject_id = s.system_id))",
    );
    const [systems, endpoints, entries, orphans] = counts.split("|").map(Number);
    expect([endpoints, entries, orphans], "a system without its address or its entry").toEqual([systems, systems, 0]);
}

test(`${ROUNDS} times killed under ${CLIENTS} writers: nothing acknowledged is lost`, async () => {
    const start = Date.now();
    for (let round = 0; round < ROUNDS; round++) {
        await place.serve();
        let over = false;
        const writers = Array.from({ length: CLIENTS }, (_, number) => load(round, number, () => over));
        // Sometimes in the first group commit, sometimes well under way.
        await new Promise((resolve) => setTimeout(resolve, (60 + ((round * 97) % 420)) * (postgres ? 3 : 1)));
        place.server!.child.kill("SIGKILL");
        over = true;
        await Promise.all(writers);
        await place.stop("SIGKILL");
        if (round % 10 === 9 || round === ROUNDS - 1) await check();
    }
    console.log(`${ROUNDS} rounds in ${((Date.now() - start) / 1000).toFixed(0)} s: ${acknowledged.size} acknowledged, ${refused.size} refused, ${unknown.size} unknown; ${files.size} files acknowledged`);
    expect(acknowledged.size, "the load was real").toBeGreaterThan(ROUNDS * 5);
    expect(unknown.size, "the kills struck").toBeGreaterThan(ROUNDS);
}, Math.max(240_000, ROUNDS * 6_000));

test("afterwards: the file is whole, the ledger verifies, files are there byte for byte", async () => {
    if (!postgres) expect(await place.sql("PRAGMA integrity_check; PRAGMA foreign_key_check")).toBe("ok");
    const verdict = await place.json(["ledger", "verify"]);
    expect(verdict).toMatchObject({ ok: true, first_bad: null });
    await place.serve();
    const one = client();
    for (const [id, name] of files) {
        const answer = await one.get(`/api/attachments/${id}/content`);
        expect(answer.status, `attachment ${id}`).toBe(200);
        expect(answer.text).toBe(name.repeat(200));
    }
    expect((await one.get("/api/systems?count=1&limit=1")).expect(200).total).toBe((await names()).size);
    // It goes on as if nothing had been.
    (await one.post("/api/systems", { system_name: "此后", system_type: "website", unit_id })).expect(201);
    expect(await place.stop()).toBe(0);
    expect((await place.json(["ledger", "verify"])).ok).toBe(true);
});

test("nothing is left lying in the spool", async () => {
    const spool = join(place.data, "spool");
    const left = readdirSync(spool).filter((name) => statSync(join(spool, name)).isFile());
    expect(left).toEqual([]);
    const fuller = await run("find", [place.data, "-name", "*.tmp*"]);
    expect(fuller.stdout).toBe("");
});
