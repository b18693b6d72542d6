// SPDX-License-Identifier: Apache-2.0
//
// The ledger against somebody who can write to the database file. Whatever is changed in what the ledger says is found by
// `anze ledger verify`, and the first bad entry is named; what is cut off or rolled back consistently is caught by a head
// that was kept outside.
import { closeSync, copyFileSync, existsSync, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Installation } from "../lib/installation";
import { postgres, programs } from "../lib/place";
import { run } from "../lib/run";
import { samples } from "../lib/scans";

/* eslint-disable @typescript-eslint/no-explicit-any */
let place: Installation;
let pristine: string;
let entries: number;
let head: string;
const TABLES = ["ledger_entry", "ledger_head", "ledger_chain", "ledger_key"];

async function sqlite(file: string, statement: string): Promise<{ code: number | null; out: string; err: string }> {
    const ran = await run("sqlite3", ["-bail", file, statement]);
    return { code: ran.code, out: ran.stdout.trim(), err: ran.stderr };
}

async function verify(...more: string[]): Promise<{ code: number | null; said: any; stderr: string }> {
    const ran = await place.anze(["ledger", "verify", "--json", ...more]);
    let said: any;
    try {
        said = JSON.parse(ran.stdout);
    } catch {
        throw new Error(`ledger verify printed no JSON: exit ${ran.code} ${ran.signal}\n${ran.stdout}\n${ran.stderr}`);
    }
    return { code: ran.code, said, stderr: ran.stderr };
}

/** SQL for a blob whose first byte is certainly another one: a fixed byte would be there already in one hash of 256. */
function otherFirstByte(column: string): string {
    return `CAST(CASE WHEN substr(${column}, 1, 1) = x'00' THEN x'01' ELSE x'00' END || substr(${column}, 2) AS BLOB)`;
}

function restore(): void {
    for (const tail of ["-wal", "-shm"]) rmSync(place.sqlite + tail, { force: true });
    copyFileSync(pristine, place.sqlite);
}

/** Changes, verifies, puts back; the verdict must be "broken", at this entry when one is given. */
async function broken(statement: string, seq?: number | number[]): Promise<any> {
    restore();
    const done = await sqlite(place.sqlite, statement);
    if (done.code !== 0) throw new Error(`${statement}: ${done.err}`);
    const { code, said } = await verify();
    expect(said.ok, statement).toBe(false);
    expect(code, statement).toBe(1);
    expect(said.first_bad.why.length, statement).toBeGreaterThan(0);
    if (seq !== undefined) expect([seq].flat(), `${statement}: ${JSON.stringify(said.first_bad)}`).toContain(said.first_bad.seq);
    return said;
}

describe.skipIf(!!postgres)("the ledger in a SQLite file", () => {
    beforeAll(async () => {
        place = await Installation.make("init");
        for (const one of samples().slice(0, 12)) await place.json(["import", "scan", one.path]);
        head = join(place.folder, "head.json");
        writeFileSync(head, (await place.anze(["ledger", "head"])).stdout);
        for (const one of samples().slice(12, 30)) await place.json(["import", "scan", one.path]);
        await place.anze(["ledger", "head"]);
        for (const one of samples().slice(30, 36)) await place.json(["import", "scan", one.path]);
        const { said } = await verify();
        expect(said).toMatchObject({ ok: true });
        entries = said.entries;
        expect(entries).toBeGreaterThan(30);
        expect(existsSync(place.sqlite + "-wal") && statSync(place.sqlite + "-wal").size > 0).toBe(false);
        copyFileSync(join(place.data, "ledger.key"), join(place.folder, "ledger.key.kept"));
        pristine = join(place.folder, "pristine.db");
        copyFileSync(place.sqlite, pristine);
    }, 120_000);
    afterAll(() => place?.dispose());

    test("every column of an entry is under its hash", async () => {
        const columns = (await sqlite(pristine, "SELECT name || ' ' || type FROM pragma_table_info('ledger_entry')")).out.split("\n").map((line) => line.split(" "));
        expect(columns.length).toBeGreaterThan(10);
        const seq = Math.floor(entries / 2);
        for (const [name, type] of columns) {
            const to = type === "INTEGER" ? `COALESCE(${name}, 0) + 1000000` : type === "BLOB" ? otherFirstByte(name) : `COALESCE(${name}, '') || 'x'`;
            restore();
            const done = await sqlite(place.sqlite, `UPDATE ledger_entry SET ${name} = ${to} WHERE seq = ${seq} AND chain = 'main'`);
            if (done.code !== 0) throw new Error(`${name}: ${done.err}`);
            const { code, said } = await verify();
            expect(said.ok, `column ${name}`).toBe(false);
            expect(code, `column ${name}`).toBe(1);
            // A changed number leaves a gap where the entry stood.
            if (!["entry_id", "seq", "chain"].includes(name)) expect(said.first_bad.seq, `column ${name}`).toBe(seq);
        }
    });

    test("an entry that is emptied, set to NULL or given another type", async () => {
        for (const [name, to] of [["detail", "NULL"], ["detail", "''"], ["verb", "''"], ["unit_path", "''"], ["hash", "zeroblob(32)"], ["prev_hash", "zeroblob(32)"], ["hash", "x''"]] as const) {
            restore();
            const before = (await sqlite(place.sqlite, `SELECT quote(${name}) FROM ledger_entry WHERE seq = 7`)).out;
            const done = await sqlite(place.sqlite, `UPDATE ledger_entry SET ${name} = ${to} WHERE seq = 7`);
            if (done.code !== 0) continue; // the schema itself refuses
            if ((await sqlite(place.sqlite, `SELECT quote(${name}) FROM ledger_entry WHERE seq = 7`)).out === before) continue;
            expect((await verify()).said, `${name} = ${to}`).toMatchObject({ ok: false, first_bad: { seq: 7 } });
        }
    });

    test("deleted: the first, one in the middle, the last, all", async () => {
        await broken("DELETE FROM ledger_entry WHERE seq = 1", [1, 2]);
        await broken("DELETE FROM ledger_entry WHERE seq = 9", [9, 10]);
        await broken(`DELETE FROM ledger_entry WHERE seq = ${entries}`, [entries, entries - 1]);
        await broken("DELETE FROM ledger_entry WHERE seq BETWEEN 5 AND 9", [5, 10]);
        await broken("DELETE FROM ledger_entry");
    });

    test("inserted and doubled", async () => {
        const columns = (await sqlite(pristine, "SELECT group_concat(name) FROM pragma_table_info('ledger_entry')")).out;
        const copy = (from: number, to: number) => columns.split(",").map((name) => (name === "seq" ? String(to) : name === "entry_id" ? `${to} + 70000000` : name)).join(",") + ` FROM ledger_entry WHERE seq = ${from}`;
        await broken(`INSERT INTO ledger_entry (${columns}) SELECT ${copy(entries, entries + 1)}`, entries + 1);
        await broken(`INSERT INTO ledger_entry (${columns}) SELECT ${copy(3, entries + 5)}`);
    });

    test("two entries swapped, contents or numbers", async () => {
        await broken("UPDATE ledger_entry SET seq = -1 WHERE seq = 5; UPDATE ledger_entry SET seq = 5 WHERE seq = 6; UPDATE ledger_entry SET seq = 6 WHERE seq = -1", [5, 6]);
        await broken("UPDATE ledger_entry SET verb = (SELECT verb || '.' FROM ledger_entry WHERE seq = 11) WHERE seq = 12", 12);
        await broken("UPDATE ledger_entry SET detail = (SELECT detail FROM ledger_entry o WHERE o.seq = ledger_entry.seq + 1) WHERE seq = (SELECT MIN(a.seq) FROM ledger_entry a JOIN ledger_entry b ON b.seq = a.seq + 1 WHERE a.detail <> b.detail)");
    });

    test("seals: a changed, deleted or foreign one", async () => {
        const columns = (await sqlite(pristine, "SELECT name || ' ' || type FROM pragma_table_info('ledger_head')")).out.split("\n").map((line) => line.split(" "));
        for (const [name, type] of columns) {
            restore();
            const to = type === "INTEGER" ? `${name} + 1` : type === "BLOB" ? otherFirstByte(name) : `COALESCE(${name}, '') || 'x'`;
            const done = await sqlite(place.sqlite, `UPDATE ledger_head SET ${name} = ${to} WHERE rowid = (SELECT MIN(rowid) FROM ledger_head)`);
            if (done.code !== 0) continue; // refused by the schema
            expect((await verify()).said.ok, `column ${name}`).toBe(false);
        }
        await broken("DELETE FROM ledger_head WHERE rowid = (SELECT MIN(rowid) FROM ledger_head)");
    });

    test("verifying needs no private key", async () => {
        restore();
        rmSync(join(place.data, "ledger.key"));
        try {
            expect((await verify()).said.ok).toBe(true); // reading needs no private key
        } finally {
            copyFileSync(join(place.folder, "ledger.key.kept"), join(place.data, "ledger.key"));
        }
    });

    test("cut off consistently, or rolled back: only the head kept outside tells, and it does", async () => {
        restore();
        await place.json(["import", "scan", samples()[40].path]);
        const newest = join(place.folder, "newest.json");
        writeFileSync(newest, (await place.anze(["ledger", "head"])).stdout);
        expect((await verify("--head", newest)).said.ok).toBe(true);
        expect((await verify("--head", head)).said.ok).toBe(true);
        // The same folder as it was before: everything in it fits together.
        restore();
        expect((await verify()).said.ok).toBe(true);
        const rolled = await verify("--head", newest);
        expect(rolled.said.ok, JSON.stringify(rolled.said)).toBe(false);
        expect(rolled.code).toBe(1);
        // The end cut off by somebody who knows the tables and mends all the counters: in itself it fits together.
        const [seq, heads] = (await sqlite(pristine, "SELECT MIN(seq), 1 FROM ledger_head")).out.split("|");
        await sqlite(place.sqlite, `DELETE FROM ledger_entry WHERE seq > ${seq}; DELETE FROM ledger_head WHERE seq > ${seq};
            UPDATE ledger_chain SET last_seq = ${seq}, heads = ${heads}, last_hash = (SELECT hash FROM ledger_entry WHERE seq = ${seq})`);
        const cut = (await verify()).said;
        expect(cut.entries).toBe(Number(seq));
        const told = await verify("--head", newest);
        expect(told.said.ok, JSON.stringify(told.said)).toBe(false);
        expect(told.code).toBe(1);
        expect((await verify("--head", head)).said.ok, "the head at the cut itself still fits").toBe(cut.ok);
        // A head of another installation proves nothing here.
        const other = await Installation.make("init");
        try {
            const foreign = join(place.folder, "foreign.json");
            writeFileSync(foreign, (await other.anze(["ledger", "head"])).stdout);
            expect((await verify("--head", foreign)).code).not.toBe(0);
        } finally {
            await other.dispose();
        }
    });

    test("one bit, anywhere in the pages that hold the ledger", async () => {
        restore();
        const pageSize = Number((await sqlite(pristine, "PRAGMA page_size")).out);
        const dumps = new Map<string, string>();
        const dump = async (file: string, table: string) => (await sqlite(file, `.dump ${table}`)).out;
        for (const table of TABLES) dumps.set(table, await dump(pristine, table));
        const pages = (await sqlite(pristine, `SELECT name, pageno FROM dbstat WHERE name IN (${TABLES.map((one) => `'${one}'`).join(",")})`)).out.split("\n").map((line) => line.split("|"));
        expect(pages.length).toBeGreaterThan(TABLES.length);
        const original = readFileSync(pristine);
        let state = 20260928; // a fixed seed: the same bits every time
        const random = (below: number) => {
            state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
            return Math.floor((state / 2 ** 32) * below);
        };
        const flips = Number(process.env.ANZE_FLIPS ?? 300);
        let seen = 0;
        let harmless = 0;
        const missed: string[] = [];
        const tasks = Array.from({ length: flips }, () => {
            const [table, page] = pages[random(pages.length)];
            return { table, at: (Number(page) - 1) * pageSize + random(pageSize), bit: random(8) };
        });
        for (const { table, at, bit } of tasks) {
            for (const tail of ["-wal", "-shm"]) rmSync(place.sqlite + tail, { force: true });
            const fd = openSync(place.sqlite, "r+");
            const byte = Buffer.alloc(1);
            readSync(fd, byte, 0, 1, at);
            expect(byte[0]).toBe(original[at]);
            writeSync(fd, Buffer.from([byte[0] ^ (1 << bit)]), 0, 1, at);
            closeSync(fd);
            const same = (await dump(place.sqlite, table)) === dumps.get(table);
            const { code, said, stderr } = await verify();
            if (same) harmless++; // an unused byte of the page: nothing that the ledger says has changed
            else {
                seen++;
                if (said.ok !== false || code !== 1) missed.push(`${table}: byte ${at}, bit ${bit}: exit ${code} ${JSON.stringify(said)} ${stderr}`);
                else if (!said.first_bad) missed.push(`${table}: byte ${at}, bit ${bit}: found, but not where`);
            }
            const back = openSync(place.sqlite, "r+");
            writeSync(back, byte, 0, 1, at);
            closeSync(back);
        }
        console.log(`${flips} bits flipped: ${seen} changed what the ledger says, all but ${missed.length} were found; ${harmless} lay in unused bytes`);
        expect(missed).toEqual([]);
        expect(seen).toBeGreaterThan(flips / 4);
        for (const tail of ["-wal", "-shm"]) rmSync(place.sqlite + tail, { force: true });
        expect((await verify()).said.ok).toBe(true);
    }, 180_000);

    test("after all of this the untouched file still verifies", async () => {
        restore();
        expect(existsSync(join(programs(), "anze"))).toBe(true);
        expect((await verify()).said).toMatchObject({ ok: true, entries });
    });
});
