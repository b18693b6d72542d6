// SPDX-License-Identifier: Apache-2.0
//
// No unit sees another. A county of bureaus with units and sections below them; in every record of each unit, markers that
// nobody guesses. Then the people of one unit ask every GET route of the interface description, with every filter, order,
// search and format that it describes, for what is theirs, for what is not, and for what does not exist. Nothing of another
// unit may stand in any answer, in its head or in any file; what is not theirs answers as what does not exist; and what is
// done elsewhere in the county changes no answer, so no count tells of it either.
//
// Nothing here names a route: a new one is walked, a new field planted, as soon as the description has it. ANZE_SEED
// repeats a run.
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { validBody } from "../lib/bodies";
import type { Answer, Client } from "../lib/client";
import { County } from "../lib/county";
import { COMMON, Finder, Markers, random, readable, type Marker } from "../lib/markers";
import { describeApi, operations, resolve, SchemaWatch, type Operation } from "../lib/schema";
import { furnish, NOBODY } from "../lib/world";

/* eslint-disable @typescript-eslint/no-explicit-any */
const SEED = Number(process.env.ANZE_SEED ?? Math.floor(Math.random() * 1e9));
type Ids = Record<string, number | string>;
/** Those whose records are filled; others stand around them. */
const UNITS = ["a", "a2", "b", "b1"];

let api: any;
let all: Operation[];
let county: County;
let markers: Markers;
const ids: Record<string, Ids> = {};
/** key → key of the unit above it */
const above: Record<string, string | undefined> = {};

/** The units whose records this unit's people see: itself and all below. */
const under = (key: string): string[] => [key, ...Object.keys(above).filter((one) => above[one] === key).flatMap(under)];
const over = (key: string): string[] => (above[key] ? [above[key]!, ...over(above[key]!)] : []);
/** A unit's own name is known to those below it: it stands over their pages. */
const NAME_OF_UNIT = /^org_(create|change)\.(unit_name|short_name)$/;

async function found(key: string, name: string, kind: string, parent: string): Promise<void> {
    markers.of(key);
    await county.unit(key, name, kind, parent);
    above[key] = parent === "root" ? undefined : parent;
    await county.account(`${key}_officer`, `${name}网络安全员`, "unit_officer", key);
    markers.of("");
}

/** What the common county does not fill: every other writing route, tried with a right body; and forms, cell by cell. */
async function fillUp(key: string): Promise<void> {
    markers.of(key);
    const clients = [await county.as("officer"), await county.as(`${key}_officer`), await county.as("sysadmin"), await county.as("leader")];
    const done = new Set(markers.planted.filter((one) => one.unit === key).map((one) => one.place.split(".")[0]));
    // What takes something away comes not at all; what hands in, after what is filled in.
    const TAKES = /logout|session|password|factor|reset|unlock|assign|policy|undo|withdraw|_end$|_close$|reorg|merge|disable|remind|mark_read|_do$/;
    const writing = all.filter((one) => one.method !== "GET" && !TAKES.test(one.id) && markers.placesOf(one).length && !done.has(one.id));
    for (const one of writing) {
        const path = pathOf(one, ids[key]);
        if (!path) continue;
        for (const client of clients) {
            const body = validBody(api, one, ids[key]);
            const answer = await client.send(one.method, path, { body });
            if (answer.status >= 400) continue;
            // What was made has a number that other paths name.
            if (answer.isJson) for (const [name, value] of Object.entries(answer.json)) if (name.endsWith("_id") && typeof value === "number" && value > 0) ids[key][name] ??= value;
            break;
        }
    }
    const unit = clients[1];
    for (const task of await unit.all(`/api/collection-tasks?unit_id=${ids[key].unit_id}`)) {
        const full = (await unit.get(`/api/collection-tasks/${task.task_id}`)).expect(200);
        if (!full.form || !["not_started", "draft"].includes(full.state)) continue;
        const cell = (row_no: number, field: any) => (["text", "note"].includes(field.type) ? [{ row_no, name: field.name, value: "填" }] : []);
        const rows = Math.max(1, full.form.rows?.length ?? 0);
        const cells = [...(full.form.fields ?? []).flatMap((one: any) => cell(0, one)), ...Array.from({ length: rows }, (_, at) => (full.form.columns ?? []).flatMap((one: any) => cell(at + 1, one))).flat()];
        if (cells.length) (await unit.put(`/api/collection-tasks/${task.task_id}/draft`, { version: full.version, cells })).expect(200);
    }
    markers.of("");
}

beforeAll(async () => {
    console.log(`foreign markers: ANZE_SEED=${SEED}`);
    const t0 = Date.now();
    const took = (what: string) => process.env.ANZE_SHOW && console.log(`${what}: ${Date.now() - t0} ms`);
    api = await describeApi();
    all = operations(api);
    const watch = new SchemaWatch(api);
    markers = new Markers(SEED, api, watch, all);
    const next = random(SEED ^ 0x5eed);
    county = await County.make({ now: "2026-09-28T09:00:00", watch: (client) => void markers.attach(client) });
    for (const [login, name, role] of [["leader", "数据局局长", "bureau_leader"], ["director", "办公室主任", "office_director"]] as const) await county.account(login, name, role, "root");
    for (const [post, name] of [["deputy_in_charge", "数据局分管领导"], ["office_director", "数据局办公室主任"]]) await county.post("root", post, name);

    await found("a", "示例县甲局", "bureau", "root");
    await found("a1", "示例县甲院", "affiliated_unit", "a");
    await found("a2", "甲局一科", "section", "a");
    await found("b", "示例县乙局", "bureau", "root");
    await found("b1", "乙局二科", "section", "b");
    if (next() < 0.5) await found("a11", "甲院三科", "section", "a1");
    await county.account("a_leader", "甲局局长", "unit_leader", "a");
    await county.account("vendor", "运维供应商", "vendor_user", "b");
    took("units");
    let net = 20;
    for (const key of UNITS) {
        markers.of(key);
        for (const [post, name] of [["admin_head", "局长"], ["deputy_in_charge", "分管领导"], ["security_officer", "安全员"]]) await county.post(key, post, name);
        await furnish(county, key, (ids[key] = {}), net++);
        took(`furnished ${key}`);
        await fillUp(key);
        took(`filled ${key}`);
    }
    // Asked together: each unit's answer is its own.
    const officer = await county.as("officer");
    const forms = (await officer.get("/api/collection-forms")).expect(200).items.filter((one: any) => one.kind === "form");
    for (const form of forms) (await officer.post("/api/collections", { form_id: form.form_id, title: "共同填报", working_days: 5, audience: "units", units: UNITS.map((key) => ({ unit_id: ids[key].unit_id })) })).expect(201);
    (await officer.post("/api/meetings", { unit_id: county.units.root.unit_id, meeting_kind: "leading_group", title: "领导小组会议", held_on: "2026-09-28", decisions: [] })).expect(201);
    for (const key of UNITS) await fillUp(key);
}, 600_000);
afterAll(() => county?.dispose());

/** Numbers that paths name and the county has nothing for. */
const unnamed = new Set<string>();
function pathOf(one: Operation, from: Ids): string | undefined {
    const missing: string[] = [];
    const alias: Record<string, string> = { subject_id: "system_id", lang: "lang", year: "year", change: "change", article: "article" };
    const given: Ids = { ...from, lang: "zh", year: 2026, change: "system.go_live", article: "Y5", verify_code: "AZ-AAAA-BBBB-CCCC" };
    const path = one.path.replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = given[alias[name] ?? name];
        if (value === undefined) missing.push(name);
        return String(value);
    });
    return missing.length ? undefined : path;
}
/** Parameters of a path that name a thing of a unit. */
const named = (one: Operation): string[] => [...one.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).filter((name) => name.endsWith("_id"));

interface Asked {
    one: Operation;
    path: string;
}

/** Every way of asking this route: each order, each value of each filter, search, count, formats. */
function waysOf(one: Operation, path: string, searched: string[]): string[] {
    const ways = [path];
    for (const parameter of one.raw.parameters ?? []) {
        if (parameter.in !== "query") continue;
        const schema = resolve(api, parameter.schema);
        const items = schema.items ? resolve(api, schema.items) : schema;
        const add = (value: string | number) => ways.push(`${path}?${parameter.name}=${encodeURIComponent(value)}`);
        if (parameter.name === "q") for (const q of searched) add(q);
        else if (parameter.name === "count") ways.push(`${path}?count=1&limit=200`);
        else if (parameter.name === "limit" || parameter.name === "cursor") continue;
        else if (parameter.name === "format") for (const format of ["xlsx", "csv"]) add(format);
        else if (items.enum) for (const value of items.enum) add(value);
        else if (items.type === "boolean" || (Array.isArray(items.type) && items.type.includes("boolean"))) for (const value of ["1", "0"]) add(value);
        else if (items.format === "date") for (const value of ["2026-01-01", "2026-12-31"]) add(value);
    }
    // A route that wants its parameters gets them.
    const must = (one.raw.parameters ?? []).filter((parameter: any) => parameter.in === "query" && parameter.required && parameter.name !== "q");
    if (must.length) ways.push(`${path}?${must.map((parameter: any) => `${parameter.name}=${{ start: "2026-09-28", days: "3", on: "2026-09-28", month: "2026-09" }[parameter.name as string] ?? 1}`).join("&")}`);
    return ways;
}

interface Walked {
    asked: number;
    leaks: string[];
    own: Set<Marker>;
    foreign: Set<Marker>;
}

/** Asks everything as this person and looks for markers. */
async function walk(client: Client, key: string | undefined, things: Ids[], searched: string[]): Promise<Walked> {
    const mine = new Set(key ? under(key) : Object.keys(above));
    const names = new Set(key ? over(key) : []);
    const finder = new Finder(markers.planted);
    const result: Walked = { asked: 0, leaks: [], own: new Set(), foreign: new Set() };
    const look = async (one: Operation, way: string): Promise<void> => {
        const answer = await client.get(way);
        result.asked++;
        if (answer.status >= 500) result.leaks.push(`${way}: ${answer.status}`);
        const text = await readable(answer);
        for (const marker of finder.in(text)) {
            if (mine.has(marker.unit)) result.own.add(marker);
            else if (names.has(marker.unit) && NAME_OF_UNIT.test(marker.place)) continue;
            else if (way.includes(encodeURIComponent(marker.text)) && answer.isJson && echoOnly(answer, marker.text)) continue;
            else {
                result.foreign.add(marker);
                result.leaks.push(`GET ${way} (${one.id}) shows ${marker.place} of ${marker.unit} to ${key}: ${marker.text}`);
            }
        }
    };
    for (const one of all.filter((op) => op.method === "GET")) {
        const paths = new Set(things.map((ids) => pathOf(one, ids)).filter((path): path is string => !!path));
        if (!paths.size) {
            unnamed.add(one.path);
            continue;
        }
        const ways = [...paths].flatMap((path, at) => (at ? [path] : waysOf(one, path, searched)));
        // A few at a time: the server has many workers, the client few sockets.
        for (let at = 0; at < ways.length; at += 8) await Promise.all(ways.slice(at, at + 8).map((way) => look(one, way)));
    }
    return result;
}

/** The searched text stands in the answer only where the answer repeats what was asked. */
function echoOnly(answer: Answer, text: string): boolean {
    const { q, ...rest } = answer.json;
    return q === text && !JSON.stringify(rest).toLowerCase().includes(text.toLowerCase());
}

const some = (list: Marker[], many: number, salt: number): Marker[] => {
    const next = random(SEED + salt);
    return list.map((one) => [next(), one] as const).sort((x, y) => x[0] - y[0]).slice(0, many).map(([, one]) => one);
};
const foreignTo = (key: string): Marker[] => markers.planted.filter((one) => !under(key).includes(one.unit) && !(over(key).includes(one.unit) && NAME_OF_UNIT.test(one.place)));

describe("what was planted", () => {
    test("nearly every text of every record, in every unit", () => {
        const unit = (key: string) => new Set(markers.planted.filter((one) => one.unit === key).map((one) => one.place));
        for (const key of UNITS) expect(unit(key).size, key).toBeGreaterThan(60);
        const planted = new Set(markers.planted.map((one) => one.place));
        const bare = [...markers.places].filter((one) => !planted.has(one)).sort();
        if (process.env.ANZE_SHOW) console.log(`${planted.size} places planted, ${markers.planted.length} markers; not planted: ${bare.join(" ")}`);
        expect(bare.length / markers.places.size, `not planted: ${bare.join(" ")}`).toBeLessThan(0.25);
    });

    test("this test can fail: the county's officer, walked as if he were of a section, is given the markers of every unit", async () => {
        const seen = await walk(await county.as("officer"), "a2", UNITS.map((key) => ids[key]), ["示例"]);
        expect(seen.leaks.length).toBeGreaterThan(500);
        // What the common county cannot make: an archive of what nobody has handed in yet.
        expect([...unnamed].filter((one) => !/\/archives\//.test(one)), "lib/world.ts makes nothing that these name").toEqual([]);
        for (const key of UNITS) {
            const of = (list: Iterable<Marker>) => [...list].filter((one) => one.unit === key).length;
            expect((of(seen.own) + of(seen.foreign)) / of(markers.planted), `share of the markers of ${key} that the officer finds`).toBeGreaterThan(0.6);
        }
    }, 300_000);
});

describe("what a unit's people are given", () => {
    for (const [login, key] of [["a_officer", "a"], ["a_leader", "a"], ["a2_officer", "a2"], ["b1_officer", "b1"], ["vendor", "b"]] as const)
        test(`${login}: nothing of another unit on any route, in any format`, async () => {
            const client = await county.as(login);
            const others = UNITS.filter((one) => !under(key).includes(one));
            const searched = ["示例", ...some(foreignTo(key), 4, login.length).map((one) => one.text)];
            const walked = await walk(client, key, [ids[key], ...others.map((one) => ids[one])], searched);
            expect(walked.leaks, `ANZE_SEED=${SEED}`).toEqual([]);
            expect(walked.asked).toBeGreaterThan(login === "vendor" ? 100 : 300);
            if (login !== "vendor") expect(walked.own.size, "its own markers").toBeGreaterThan(60);
        }, 300_000);
});

describe("foreign and missing answer alike", () => {
    for (const [login, key] of [["a_officer", "a"], ["a2_officer", "a2"]] as const) {
        const others = (): string[] => UNITS.filter((one) => !under(key).includes(one));

        test(`${login}: things named by their numbers`, async () => {
            const client = await county.as(login);
            const wrong: string[] = [];
            for (const one of all.filter((op) => op.method === "GET" && named(op).length && !COMMON.test(op.id)))
                for (const other of others()) {
                    const ways = ["", ...(one.raw.parameters ?? []).filter((parameter: any) => parameter.in === "query" && parameter.required).map((parameter: any) => `?${parameter.name}=2026-09-28`)];
                    for (const way of ways) {
                        const nothing = pathOf(one, Object.fromEntries(Object.keys(ids[other]).map((name) => [name, NOBODY])))!;
                        const path = pathOf(one, ids[other]);
                        if (!path) continue;
                        const [a, b] = [await client.get(path + way), await client.get(nothing + way)];
                        if (a.status !== b.status || a.text !== b.text) wrong.push(`${path + way}: ${a.status} ${a.text.slice(0, 200)} but ${nothing}: ${b.status} ${b.text.slice(0, 200)}`);
                    }
                }
            expect(wrong, `ANZE_SEED=${SEED}`).toEqual([]);
        }, 300_000);

        test(`${login}: filters that name foreign things, searches for foreign words`, async () => {
            const client = await county.as(login);
            const wrong: string[] = [];
            const same = async (base: string, parameter: string, foreign: string | number, nothing: string | number, more = ""): Promise<void> => {
                const ask = (value: string | number) => client.get(`${base}?${parameter}=${encodeURIComponent(value)}${more}`);
                const [a, b] = await Promise.all([ask(foreign), ask(nothing)]);
                // A refusal may repeat what was asked.
                const text = (answer: Answer, value: string | number) => `${answer.status} ${answer.text.split(String(value)).join("?")}`;
                if (a.text !== b.text && text(a, foreign) !== text(b, nothing)) wrong.push(`${base}?${parameter}=${foreign}${more}: ${a.status} ${a.text.slice(0, 200)} but ${nothing}: ${b.status} ${b.text.slice(0, 200)}`);
            };
            const searched = some(foreignTo(key), 12, key.length);
            const known = (word: string) => markers.planted.some((one) => one.text === word);
            for (const one of all.filter((op) => op.method === "GET" && !named(op).length && !COMMON.test(op.id)))
                for (const parameter of (one.raw.parameters ?? []).filter((p: any) => p.in === "query")) {
                    const name = parameter.name as string;
                    const counted = one.raw.parameters.some((p: any) => p.name === "count") ? "&count=1" : "";
                    const kinds: string[] = resolve(api, one.raw.parameters.find((p: any) => p.name === "subject_kind")?.schema)?.enum ?? [];
                    for (const other of others()) {
                        // A subject's number is foreign together with its kind alone.
                        if (name === "subject_id") for (const kind of kinds.filter((one) => `${one}_id` in ids[other])) await same(one.path, name, ids[other][`${kind}_id`], NOBODY, `&subject_kind=${kind}${counted}`);
                        const thing = name.replace(/^(under|parent|target)_/, "");
                        // What lies below the unit above is one's own.
                        if (name.endsWith("_id") && !/^(form|user|actor)_id$/.test(name) && thing in ids[other] && !(thing !== name && over(key).includes(other))) await same(one.path, name, ids[other][thing], NOBODY, counted);
                    }
                    if (name === "q" && pathOf(one, {}))
                        for (const marker of one.path === "/api/search" ? foreignTo(key) : searched) {
                            // The same word with its letters turned round: nobody has that one.
                            const other = [...marker.text].reverse().join("");
                            const unknown = /^[A-Z2-9]+$/.test(marker.text) ? other : marker.text.replace(/[a-z]{4}/, "qqqq").replace(/\d{3}/, "249");
                            if (unknown !== marker.text && !known(unknown) && new Set([...marker.text].map((c) => /\d/.test(c))).size === new Set([...unknown].map((c) => /\d/.test(c))).size) await same(one.path, "q", marker.text, unknown, counted);
                        }
                }
            expect(wrong, `ANZE_SEED=${SEED}`).toEqual([]);
        }, 300_000);

        test(`${login}: a list counts what it gives`, async () => {
            const client = await county.as(login);
            let lists = 0;
            for (const one of all.filter((op) => op.method === "GET" && !named(op).length && op.raw.parameters?.some((p: any) => p.name === "count") && op.grant.includes("unit_officer"))) {
                const counted = (await client.get(`${one.path}?count=1&limit=1`)).expect(200);
                if (typeof counted.total !== "number") continue;
                lists++;
                expect(counted.total, one.path).toBe((await client.all(one.path)).length);
            }
            expect(lists).toBeGreaterThan(8);
        });
    }
});

describe("what is done elsewhere changes nothing here", () => {
    /** Parts of an answer that tell the time, not the county. */
    const STILL = (text: string): string => text.replace(/"(now_ms|seen_ms|last_seen_at_ms|last_used_at_ms|at_ms|expires_at_ms|days_left|countdown_working_days|uptime_s)":-?\d+/g, '"$1":0');

    test("every answer to two units' people is the same before and after another bureau's work", async () => {
        const people = [await county.as("a_officer"), await county.as("a2_officer")] as const;
        const keys = ["a", "a2"];
        const questions: Asked[][] = keys.map((key) =>
            all
                .filter((one) => one.method === "GET" && one.grant.includes("unit_officer") && !COMMON.test(one.id))
                .flatMap((one) => {
                    const path = pathOf(one, ids[key]);
                    return path ? waysOf(one, path, []).filter((way) => !/format=/.test(way)).map((way) => ({ one, path: way })) : [];
                }),
        );
        const ask = async (): Promise<Map<string, string>> => {
            const answers = new Map<string, string>();
            for (const [at, client] of people.entries())
                for (let from = 0; from < questions[at].length; from += 8)
                    for (const answer of await Promise.all(questions[at].slice(from, from + 8).map(({ path }) => client.get(path)))) if (answer.isJson) answers.set(`${keys[at]} ${answer.path}`, STILL(`${answer.status} ${answer.text}`));
            return answers;
        };
        const before = await ask();
        markers.of("");
        await found("c", "示例县丙局", "bureau", "root");
        for (const [post, name] of [["admin_head", "局长"], ["deputy_in_charge", "分管领导"], ["security_officer", "安全员"]]) await county.post("c", post, name);
        await furnish(county, "c", (ids.c = {}), 40);
        const after = await ask();
        const changed = [...before].filter(([path, text]) => after.get(path) !== text).map(([path, text]) => `${path}:\n  ${difference(text, after.get(path)!)}`);
        expect(before.size).toBeGreaterThan(300);
        expect(changed, `ANZE_SEED=${SEED}`).toEqual([]);
    }, 300_000);
});

function difference(a: string, b: string): string {
    let at = 0;
    while (at < a.length && a[at] === b[at]) at++;
    return `…${a.slice(Math.max(0, at - 60), at + 80)}…\n  …${b.slice(Math.max(0, at - 60), at + 80)}…`;
}
