// SPDX-License-Identifier: Apache-2.0
//
// Backup, restore, doctor: what comes back is what was there, and a damaged backup changes nothing.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Installation } from "../lib/installation";
import { postgres, programs } from "../lib/place";
import { run } from "../lib/run";

/* eslint-disable @typescript-eslint/no-explicit-any */
const anze = (...args: string[]) => run(join(programs(), "anze"), args);

describe.skipIf(postgres)("backup and restore", () => {
    let county: Installation;
    let archive: string;
    const at = (name: string) => join(county.folder, name);
    beforeAll(async () => {
        county = await Installation.make("demo");
        archive = at("backup.tar");
    });
    afterAll(() => county.dispose());

    test("a backup is made while the server runs, for the owner only, and is an ordinary tar", async () => {
        await county.serve();
        const made = await county.json(["backup", "--out", archive]);
        await county.stop();
        expect(made).toMatchObject({ damaged: 0, ledger_ok: true });
        expect(made.entries).toBeGreaterThan(1000);
        expect(statSync(archive).mode & 0o777).toBe(0o600);
        const listed = (await run("tar", ["tf", archive])).stdout.trim().split("\n");
        expect(listed[0]).toBe("anze.db");
        expect(listed.slice(-2)).toEqual(["manifest.json", "manifest.sm3"]);
        expect(listed).toContain("ledger.key");
        expect(listed).not.toContain("accounts.txt");
        expect(readdirSync(county.folder).filter((name) => /\.(part|db)$/.test(name))).toEqual([]);
    });

    test("the backup is noted in the ledger, and is not made over a file that is there", async () => {
        expect(await county.sql("SELECT COUNT(*) FROM ledger_entry WHERE verb = 'backup.made'")).toBe("1");
        const again = await county.anze(["backup", "--out", archive]);
        expect(again.code).toBe(2);
        expect(again.stderr).toContain(archive);
    });

    test("what is restored is what was backed up, and it works", async () => {
        const target = at("restored");
        const ran = await anze("restore", archive, "--data", target, "--json");
        expect(ran.code, ran.stderr).toBe(0);
        expect(statSync(target).mode & 0o777).toBe(0o700);
        for (const table of ["info_system", "finding", "rectify_letter", "attachment", "rules_duty"]) {
            const restored = (await run("sqlite3", [join(target, "anze.db"), `SELECT COUNT(*) FROM ${table}`])).stdout.trim();
            expect(restored, table).toBe(await county.sql(`SELECT COUNT(*) FROM ${table}`));
        }
        expect(readFileSync(join(target, "ledger.key"))).toEqual(readFileSync(join(county.data, "ledger.key")));
        const verified = await anze("ledger", "verify", "--data", target, "--json");
        expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true });
        expect((await run("sqlite3", [join(target, "anze.db"), "SELECT COUNT(*) FROM access_session"])).stdout.trim()).toBe("0");
        expect((await run("sqlite3", [join(target, "anze.db"), "SELECT COUNT(*) FROM ledger_entry WHERE verb = 'backup.restored'"])).stdout.trim()).toBe("1");
    });

    test("a folder that holds something is refused; --force moves it aside", async () => {
        const target = at("taken");
        mkdirSync(target);
        writeFileSync(join(target, "note"), "mine");
        const refused = await anze("restore", archive, "--data", target);
        expect(refused.code).toBe(1);
        expect(readdirSync(target)).toEqual(["note"]);
        expect((await anze("restore", archive, "--data", target, "--force")).code).toBe(0);
        const aside = readdirSync(county.folder).filter((name) => name.startsWith("taken.before-"));
        expect(aside).toHaveLength(1);
        expect(readFileSync(join(county.folder, aside[0], "note"), "utf8")).toBe("mine");
    });

    test("a flipped bit anywhere, a cut, an addition: refused, nothing written", async () => {
        const size = statSync(archive).size;
        const damaged = at("damaged.tar");
        const bytes = readFileSync(archive);
        const places = [0, 100, 124, 148, 511, 512, 600, size - 1, size - 1024, size - 1100, size - 2000];
        for (let i = 0; i < 12; i++) places.push(Math.floor((size * (i + 0.5)) / 12));
        for (const place of places) {
            const copy = Buffer.from(bytes);
            copy[place] ^= 1 << (place % 8);
            writeFileSync(damaged, copy);
            const ran = await anze("restore", damaged, "--data", at("never"), "--json");
            expect(ran.code, `byte ${place}`).toBe(1);
            expect(JSON.parse(ran.stdout).error).toBe("invalid");
            expect(existsSync(at("never")) || existsSync(at("never.restoring")), `byte ${place}`).toBe(false);
        }
        for (const length of [0, 100, 512, size - 512, size - 1]) {
            copyFileSync(archive, damaged);
            truncateSync(damaged, length);
            expect((await anze("restore", damaged, "--data", at("never"))).code, `cut to ${length}`).toBe(1);
        }
        writeFileSync(damaged, Buffer.concat([bytes, Buffer.alloc(512)]));
        expect((await anze("restore", damaged, "--data", at("never"))).code, "lengthened").toBe(1);
        expect(existsSync(at("never"))).toBe(false);
    });

    test("names that lead out of the folder are refused", async () => {
        const evil = at("evil.tar");
        const inside = at("inside");
        mkdirSync(inside, { recursive: true });
        writeFileSync(join(inside, "x"), "x");
        await run("tar", ["--format=ustar", "-cf", evil, "-C", inside, "--transform=s,^x,../escaped,", "-P", "x"]);
        expect((await anze("restore", evil, "--data", at("never"))).code).toBe(1);
        expect(existsSync(at("escaped"))).toBe(false);
    });

    test("a backup against a head kept outside: a rewritten history is refused", async () => {
        const head = at("head.json");
        writeFileSync(head, (await county.anze(["ledger", "head"])).stdout);
        expect((await anze("restore", archive, "--data", at("older"), "--head", head)).code, "the head is newer than the backup").toBe(1);
        rmSync(archive);
        await county.json(["backup", "--out", archive]);
        expect((await anze("restore", archive, "--data", at("newer"), "--head", head)).code).toBe(0);
    });

    test("an attachment that rotted is told of", async () => {
        const rotten = await county.sql("SELECT digest FROM attachment LIMIT 1");
        const path = join(county.data, "attachments", rotten.slice(0, 2), rotten.slice(2, 4), rotten);
        const was = readFileSync(path);
        writeFileSync(path, Buffer.concat([was, Buffer.from("x")]));
        const ran = await county.anze(["backup", "--out", at("rotten.tar"), "--json"]);
        expect(ran.code).toBe(1);
        expect(JSON.parse(ran.stdout).damaged).toBe(1);
        expect(ran.stderr).toContain(rotten);
        writeFileSync(path, was);
    });
});

describe.skipIf(postgres)("doctor", () => {
    let place: Installation;
    beforeAll(async () => {
        place = await Installation.make("init");
    });
    afterAll(() => place.dispose());
    const states = async (args: string[] = [], code = 0, env: NodeJS.ProcessEnv = {}) => {
        const said = await place.json(["doctor", ...args], code, { env });
        const found = new Map<string, string>();
        for (const one of said.checks as any[]) {
            expect(one.message, one.check).not.toMatch(/\{\d\}|app\.doctor/);
            if (found.get(one.check) !== "bad") found.set(one.check, found.get(one.check) === "warn" ? "warn" : one.state);
        }
        return found;
    };

    test("a fresh folder has nothing bad; it lacks a backup and a head kept outside", async () => {
        const found = await states();
        expect(found.get("files")).toBe("good");
        expect(found.get("helpers")).toBe("good");
        expect(found.get("database")).toBe("good");
        expect(found.get("network")).toBe("good");
        expect(found.get("backup")).toBe("warn");
        expect(found.get("ledger")).toBe("warn");
    });

    test("a backup and an exported head put that right", async () => {
        await place.json(["backup", "--out", join(place.folder, "b.tar")]);
        await place.json(["ledger", "head"]);
        const found = await states();
        expect(found.get("backup")).toBe("good");
        expect(found.get("ledger")).toBe("good");
    });

    test("files that others can read", async () => {
        chmodSync(join(place.data, "anze.db"), 0o644);
        expect((await states([], 1)).get("files")).toBe("bad");
        chmodSync(join(place.data, "anze.db"), 0o600);
        expect((await states()).get("files")).toBe("good");
    });

    test("plain text to other machines, a key that others can read", async () => {
        expect((await states(["--listen", "0.0.0.0:8080"], 1)).get("network")).toBe("bad");
        const cert = join(place.folder, "cert.pem");
        writeFileSync(cert, "x", { mode: 0o644 });
        expect((await states(["--listen", "0.0.0.0:8443", "--tls-cert", cert, "--tls-key", cert], 1)).get("network")).toBe("bad");
        chmodSync(cert, 0o600);
        expect((await states(["--listen", "0.0.0.0:8443", "--tls-cert", cert, "--tls-key", cert])).get("network")).toBe("good");
    });

    test("a shifted clock; the calendar of next year in December; entries of the future", async () => {
        const soon = await states([], 1, { ANZE_NOW: "2026-12-02T09:00:00" });
        expect(soon.get("clock")).toBe("bad");
        expect(soon.get("calendar")).toBe("warn");
        expect((await states([], 1, { ANZE_NOW: "2026-11-30T09:00:00" })).get("calendar")).toBe("good");
        expect((await states([], 1, { ANZE_NOW: "2027-03-01T09:00:00" })).get("calendar")).toBe("bad");
        expect((await states([], 1, { ANZE_NOW: "2020-03-01T09:00:00" })).get("ledger")).toBe("bad");
    });

    test("entries that nobody sealed; a file of first passwords; a damaged database", async () => {
        await place.sql("DELETE FROM ledger_head");
        expect((await states([], 1, { ANZE_NOW: "2030-01-01T00:00:00" })).get("ledger")).toBe("bad");
        writeFileSync(join(place.data, "accounts.txt"), "x", { mode: 0o600 });
        expect((await states()).get("accounts")).toBe("warn");
        const bytes = readFileSync(place.sqlite);
        bytes.fill(0xff, 8192, 16384);
        writeFileSync(place.sqlite, bytes);
        rmSync(`${place.sqlite}-wal`, { force: true });
        expect((await states([], 1)).get("database")).toBe("bad");
    });
});
