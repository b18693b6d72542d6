// SPDX-License-Identifier: Apache-2.0
//
// The pledge where a pack asks for more than the stamp: both signatures, the account's with a code; a new version of the text; a letter
// filed on paper; and the scorecard, which says what it cannot know.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Client } from "../lib/client";
import { County } from "../lib/county";
import { ledgerHas, refused } from "../lib/expect";
import { totp } from "../lib/totp";

/* eslint-disable @typescript-eslint/no-explicit-any */
const PDF = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
const START = "2026-09-28";
const shipped = readFileSync(join(__dirname, "../../packs/S.yaml"), "utf8");

let county: County;
let officer: Client;
let edu: Client;
let health: Client;
beforeAll(async () => {
    county = await (await County.make({ now: `${START}T09:00:00` })).populate();
    officer = await county.as("officer");
    edu = await county.as("a_officer");
    health = await county.as("b_officer");
}, 180_000);
afterAll(() => county?.dispose());

const unit = (key: string): number => county.units[key].unit_id;
const pledge = async (client: Client, key: string): Promise<any> => (await client.get(`/api/units/${unit(key)}/pledge`)).expect(200);
const scan = async (client: Client, key: string): Promise<any> => (await client.upload("/api/attachments", "承诺书.pdf", PDF, { subject_kind: "unit", subject_id: unit(key), kind: "responsibility_pledge" })).expect(201);
const owed = async (key: string): Promise<boolean> => (await officer.all(`/api/duties?article=S1&unit_id=${unit(key)}&state=open`)).some((one) => one.rule === "S1.pledge");

describe("a letter on paper", () => {
    test("filed as evidence it is a signature, on the page as in the duty", async () => {
        expect((await pledge(health, "b")).pledge.standing).toBe("none");
        expect(await owed("b")).toBe(true);
        const file = await scan(health, "b");
        const now = (await pledge(health, "b")).pledge;
        expect(now).toMatchObject({ standing: "filed", signed_on: START, scan_digest: file.digest, paper_attachment_id: file.attachment_id });
        expect(await owed("b")).toBe(false);
        (await health.post(`/api/attachments/${file.attachment_id}/withdraw`, { reason: "扫描不清" })).expect(200, 201);
        expect((await pledge(health, "b")).pledge.standing).toBe("none");
        expect(await owed("b")).toBe(true);
    });
});

describe("both signatures, with a code", () => {
    let leader: Client;
    let secret: string;
    const now = async (): Promise<number> => (await leader.get("/api/me")).expect(200).now_ms;
    test("a new version of the text asks for both; a pack that contradicts itself is refused", async () => {
        refused(await officer.post("/api/packs", { yaml: shipped.replace('    version: "2022-1"\n    since', '    version: "2026-1"\n    since') }), 422, "yaml");
        const yaml = shipped.replaceAll('version: "2022-1"', 'version: "2026-1"').replace("signing: scan", "signing: both").replaceAll("since: 2022-01-19", "since: 2026-09-01");
        (await officer.post("/api/packs", { yaml })).expect(200, 201);
        expect((await pledge(edu, "a")).text).toMatchObject({ version: "2026-1", by_account: true, by_scan: true, second_factor: true });
    });
    test("the scan alone is not enough; the leader needs a second factor, then a code", async () => {
        leader = await county.as("a_leader");
        const sign = `/api/units/${unit("a")}/pledge/sign`;
        (await edu.post(`/api/units/${unit("a")}/pledge/sheet`)).expect(200);
        await scan(edu, "a");
        refused(await edu.post(sign), 409);
        refused(await leader.post(sign, { code: "123456" }), 409);
        const account = county.place.accounts.get("a_leader")!;
        secret = (await leader.post("/api/me/factor", { password: account.password })).expect(201).secret;
        (await leader.post("/api/me/factor/confirm", { code: totp(secret, await now(), -1) })).expect(200);
        refused(await leader.post(sign), 422, "code");
        refused(await leader.post(sign, { code: totp(secret, await now(), 5) }), 422, "code");
        expect((await pledge(edu, "a")).pledge).toMatchObject({ standing: "printed", sheet_account_signed: false });
        const signed = (await leader.post(sign, { code: totp(secret, await now()) })).expect(200);
        expect(signed).toMatchObject({ complete: true, pledge: { standing: "signed", signed_version: "2026-1", signed_on: START, signed_by_name: "教育局分管领导", second_factor: true } });
        const entry = await ledgerHas(officer, "pledge.account_signed", "unit", unit("a"));
        expect(JSON.stringify(entry.detail)).toContain("second_factor");
        expect(await owed("a")).toBe(false);
    });
    test("wrong codes count towards the lock of the account", async () => {
        (await officer.post("/api/packs", { yaml: shipped.replaceAll('version: "2022-1"', 'version: "2026-2"').replace("signing: scan", "signing: account") })).expect(200, 201);
        expect(await owed("a")).toBe(true);
        expect((await pledge(edu, "a")).pledge).toMatchObject({ standing: "resign", leader_changed: false, signed_version: "2026-1" });
        (await edu.post(`/api/units/${unit("a")}/pledge/sheet`)).expect(200);
        let tries = 0;
        while (tries < 20 && (await leader.post(`/api/units/${unit("a")}/pledge/sign`, { code: "000000" })).status === 422) tries++;
        expect(tries).toBeGreaterThan(1);
        expect(tries).toBeLessThan(20);
        const account = county.place.accounts.get("a_leader")!;
        expect((await county.place.client().post("/api/sessions", { login_name: "a_leader", password: account.password, code: totp(secret, await now(), 1) })).status).not.toBe(201);
    });
});

describe("the scorecard says what it cannot know", () => {
    test("thirteen undertakings: each has duties that some pack sets, or the reason why nothing shows it", async () => {
        const card = (await officer.get(`/api/units/${unit("a")}/scorecard`)).expect(200);
        expect(card.undertakings).toHaveLength(13);
        const verdicts = Object.fromEntries(card.undertakings.map((one: any) => [one.id, one.verdict]));
        for (const one of ["2", "5", "10"]) expect(verdicts[one], one).toBe("unfed");
        for (const one of card.undertakings) {
            if (one.verdict === "unfed") expect(one.unfed.length, one.id).toBeGreaterThan(0);
            if (one.verdict === "kept") expect(one.duties.length, one.id).toBeGreaterThan(0);
            for (const gap of one.unfed) expect(gap.why.length).toBeGreaterThan(4);
        }
        expect(card.undertakings[7].duties.map((one: any) => one.rule)).not.toContain("SA1.budget");
        expect(card.undertakings[12].duties.map((one: any) => one.rule)).toEqual(expect.arrayContaining(["S1.pledge"]));
    });
});
