// SPDX-License-Identifier: Apache-2.0
//
// The command line: the machine-readable contracts to the letter, exit codes, help.
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { addDays, addWorkdays, holidays, isWorkday } from "../lib/calendar";
import { Installation } from "../lib/installation";
import { programs, root } from "../lib/place";
import { run } from "../lib/run";
import { labelOf } from "../lib/schema";
import { samples } from "../lib/scans";
import { readSheet, workbook } from "../lib/xlsx";

/* eslint-disable @typescript-eslint/no-explicit-any */
const anze = (...args: string[]) => run(join(programs(), "anze"), args);

describe("anze workday add", () => {
    const add = async (date: string, n: number) => {
        const ran = await anze("workday", "add", date, String(n), "--json");
        expect(ran.code, ran.stderr).toBe(0);
        return JSON.parse(ran.stdout);
    };

    test("the contract to the letter", async () => {
        const ran = await anze("workday", "add", "2026-09-30", "3", "--json");
        expect(ran.stdout.trim()).toBe('{"start":"2026-09-30","working_days":3,"due":"2026-10-10","provisional":false}');
        expect(ran.stderr).toBe("");
    });

    test.each([
        ["2022-01-19", 2, "2022-01-21"], ["2021-12-31", 1, "2022-01-04"], ["2022-12-30", 3, "2023-01-05"], ["2024-02-02", 3, "2024-02-06"],
        ["2024-09-30", 3, "2024-10-10"], ["2025-09-26", 3, "2025-09-30"], ["2026-02-13", 3, "2026-02-25"], ["2026-09-19", 3, "2026-09-22"],
        ["2026-09-30", 3, "2026-10-10"], ["2023-09-28", 3, "2023-10-09"], ["2021-04-23", 3, "2021-04-27"], ["2022-10-06", 1, "2022-10-08"],
        ["2024-05-11", 3, "2024-05-15"],
    ] as Array<[string, number, string]>)("%s + %i = %s", async (start, n, due) => {
        expect(await add(start, n)).toEqual({ start, working_days: n, due, provisional: false });
        expect(addWorkdays(start, n)).toBe(due); // the test's own way of counting agrees
    });

    test("a result that touches a year without a notice is provisional, and keeps the statutory days", async () => {
        expect(await add("2026-12-30", 3)).toEqual({ start: "2026-12-30", working_days: 3, due: "2027-01-05", provisional: true });
        expect((await add("2026-12-30", 1)).provisional).toBe(false);
    });

    test("what is no date or no number is refused with exit code 2 and a reason", async () => {
        for (const args of [["2026-02-30", "1"], ["2026-13-01", "1"], ["30.9.2026", "1"], ["2026-09-30", "three"], ["2026-09-30"], ["2026-09-30", "1", "2"], ["2026-09-30", "99999999999999999999"]]) {
            const ran = await anze("workday", "add", ...args, "--json");
            expect(ran.code, args.join(" ")).toBe(2);
            expect(Object.keys(JSON.parse(ran.stdout)), args.join(" ")).toEqual(["error", "message"]);
            expect(ran.stderr.length).toBeGreaterThan(0);
        }
    });
});

describe("the working-day calendar, every day of every published year", () => {
    let place: Installation;
    beforeAll(async () => {
        place = await Installation.make("init");
        await place.serve();
    });
    afterAll(() => place?.dispose());

    test("agrees with an independent count", async () => {
        const client = await place.as("secadmin");
        const years = [...new Set([...holidays().keys()].map((date) => Number(date.slice(0, 4))))].sort();
        const last = years[years.length - 1];
        let asked = 0;
        const wrong: string[] = [];
        for (let date = "2020-01-01"; date <= `${last}-12-31`; date = addDays(date, 1)) {
            // 1 finds every day's own kind; 3 is the term of Y5; 10 crosses every holiday.
            for (const n of asked % 3 === 0 ? [1, 3, 10] : [1]) {
                const due = addWorkdays(date, n);
                const said = (await client.get(`/api/workday?start=${date}&days=${n}`)).expect(200);
                if (due <= `${last}-12-31` && (said.due !== due || said.provisional)) wrong.push(`${date}+${n}: ${said.due}${said.provisional ? "*" : ""}, expected ${due}`);
                if (due > `${last}-12-31` && !said.provisional) wrong.push(`${date}+${n}: ${said.due} should be provisional`);
            }
            asked++;
        }
        expect(asked).toBeGreaterThan(2500);
        expect(wrong).toEqual([]);
    });

    test("the year as a table says the same", async () => {
        const client = await place.as("secadmin");
        const year = (await client.get("/api/calendar/2026")).expect(200);
        const text = JSON.stringify(year);
        for (const date of ["2026-10-10", "2026-02-14", "2026-10-01"]) expect(text).toContain(date);
        expect(isWorkday("2026-10-10")).toBe(true);
        expect((await client.get("/api/calendar/abc")).status).toBeGreaterThanOrEqual(400);
    });
});

describe("anze import scan, every sample of the index", () => {
    let place: Installation;
    beforeAll(async () => {
        place = await Installation.make("init");
    });
    afterAll(() => place?.dispose());

    const keys = ["format", "records", "hosts", "hosts_up", "open_ports", "created", "changed", "unchanged", "reopened", "closed", "unmatched"];

    test("there are samples of all thirteen tools", () => {
        expect(new Set(samples().map((one) => one.format)).size).toBe(13);
        expect(samples().length).toBe(58);
    });

    for (const one of samples()) {
        test(`${one.format}/${one.file}`, async () => {
            const first = await place.json(["import", "scan", one.path]);
            for (const key of keys) expect(first, `member ${key}`).toHaveProperty(key);
            expect(first.format).toBe(one.format);
            expect(first.records, "records").toBe(one.findings);
            const hosts = /^(\d+)(?: \(up (\d+)\))?$/.exec(one.hosts);
            if (hosts) expect(first.hosts, "hosts").toBe(Number(hosts[1]));
            if (hosts?.[2]) expect(first.hosts_up, "hosts_up").toBe(Number(hosts[2]));
            if (one.format === "nmap") expect(first.open_ports, "open_ports").toBe(one.findings);
            else if (/^\d+$/.test(one.ports)) expect(first.open_ports, "open_ports").toBe(Number(one.ports));
            expect(first.created + first.changed + first.unchanged + first.reopened).toBeLessThanOrEqual(first.records);
            const before = await place.counts();
            const second = await place.json(["import", "scan", one.path]);
            expect(second).toMatchObject({ format: one.format, records: one.findings, created: 0, changed: 0, reopened: 0, closed: 0 });
            expect(await place.counts()).toBe(before);
        });
    }

    test("the same results under another name, with another digest, change nothing either", async () => {
        const sample = samples().find((one) => one.file === "nessus_with_cvssv3.nessus")!;
        const path = join(place.folder, "again.nessus");
        writeFileSync(path, Buffer.concat([readFileSync(sample.path), Buffer.from("\n<!-- exported again -->\n")]));
        const again = await place.json(["import", "scan", path]);
        expect(again).toMatchObject({ created: 0, changed: 0, reopened: 0, closed: 0 });
        expect(again.unchanged).toBeGreaterThan(40);
    });

    test("and the ledger still holds", async () => {
        expect(await place.json(["ledger", "verify"])).toMatchObject({ ok: true, first_bad: null });
    });
});

describe("anze import registry", () => {
    let place: Installation;
    beforeAll(async () => {
        place = await Installation.make("init", { name: "示例县数据局" });
    });
    afterAll(() => place?.dispose());

    const head = ["系统名称", "系统类型", "责任单位", "运行状态", "IP 地址", "端口"];
    const file = (rows: Array<Array<string | number>>) => {
        const path = join(place.folder, "登记表.xlsx");
        writeFileSync(path, workbook([head, ...rows]));
        return path;
    };

    test("errors have row, column and message, nothing is written, and the sheet comes back with them", async () => {
        const path = file([
            ["门户网站", "网站", "示例县数据局", "在用", "10.20.1.10", 443],
            ["坏地址", "网站", "示例县数据局", "在用", "10.20.1.999", 443],
            ["", "网站", "不存在的单位", "在用", "10.20.1.11", 443],
        ]);
        const before = await place.counts();
        const out = join(place.folder, "errors.xlsx");
        const ran = await place.anze(["import", "registry", path, "--json", "--errors", out]);
        expect(ran.code).toBe(1);
        const report = JSON.parse(ran.stdout);
        expect(Object.keys(report)).toEqual(["rows", "created", "changed", "unchanged", "errors"]);
        expect(report).toMatchObject({ rows: 3, created: 0, changed: 0, unchanged: 0 });
        const places = report.errors.map((one: any) => `${one.column}${one.row}`);
        expect(places).toEqual(expect.arrayContaining(["E3", "A4", "C4"]));
        for (const one of report.errors) expect(one.message.length).toBeGreaterThan(2);
        expect(await place.counts()).toBe(before);
        const back = readSheet(readFileSync(out));
        expect(back.get(1)?.slice(0, head.length)).toEqual(head);
        expect(back.get(3)?.length).toBeGreaterThan(head.length);
        expect(back.get(4)?.join("|")).toContain("不存在的单位");
    });

    test("a good sheet is written once", async () => {
        const path = file([
            ["门户网站", "网站", "示例县数据局", "在用", "10.20.1.10", 443],
            ["办公系统", "OA", "示例县数据局", "在用", "10.20.1.20、10.20.1.21", "80,443"],
        ]);
        expect(await place.json(["import", "registry", path])).toEqual({ rows: 2, created: 2, changed: 0, unchanged: 0, errors: [] });
        expect(await place.json(["import", "registry", path])).toEqual({ rows: 2, created: 0, changed: 0, unchanged: 2, errors: [] });
        expect(await place.sql("SELECT COUNT(*) FROM system_endpoint")).toBe("5");
    });

    test("what is exported imports back unchanged", async () => {
        const out = join(place.folder, "export.xlsx");
        expect(await place.json(["export", "registry", "--out", out])).toEqual({ rows: 5 }); // a row an address
        const report = await place.json(["import", "registry", out]);
        expect(report).toMatchObject({ created: 0, changed: 0, errors: [] });
    });

    test("headers in other words, notes above the header, merged cells and CSV are understood", async () => {
        const path = join(place.folder, "dirty.xlsx");
        writeFileSync(path, workbook([["2026年信息系统统计表"], ["填报说明：请如实填写"], ["序号", "信息系统名称", "类别", "单位名称", "使用状态", "IP"], [1, "统计系统", "业务系统", "示例县数据局", "运行中", "10.20.1.30"], ["", "合计：1"]]));
        const ran = await place.anze(["import", "registry", path, "--json"]);
        const report = JSON.parse(ran.stdout);
        // A total line below the table is no system; it may be named as a mistake, but must never become one silently.
        expect(await place.sql("SELECT COUNT(*) FROM info_system WHERE system_name LIKE '%合计%'")).toBe("0");
        if (ran.code === 0) expect(report.created).toBe(1);
        else expect(report.errors.every((one: any) => one.row === 5)).toBe(true);
        const csv = join(place.folder, "register.csv");
        writeFileSync(csv, `\uFEFF${head.join(",")}\n预约系统,业务系统,示例县数据局,在用,10.20.1.40,8080\n`);
        expect(await place.json(["import", "registry", csv])).toMatchObject({ rows: 1, created: 1, errors: [] });
    });

    test("long numbers that a spreadsheet has spoiled are refused", async () => {
        const path = join(place.folder, "spoiled.xlsx");
        writeFileSync(path, workbook([["系统名称", "系统类型", "责任单位", "备案证明编号"], ["甲系统", "网站", "示例县数据局", "3.30109E+15"]]));
        const ran = await place.anze(["import", "registry", path, "--json"]);
        expect(ran.code).toBe(1);
        expect(JSON.parse(ran.stdout).errors[0]).toMatchObject({ row: 2, column: "D" });
    });
});

describe("anze ledger", () => {
    let place: Installation;
    beforeAll(async () => {
        place = await Installation.make("init");
    });
    afterAll(() => place?.dispose());

    test("verify: the contract", async () => {
        const said = await place.json(["ledger", "verify"]);
        expect(said).toMatchObject({ ok: true, first_bad: null });
        expect(Number.isInteger(said.entries)).toBe(true);
        expect(said.entries).toBeGreaterThan(0);
    });

    test("head: the newest seal, signed", async () => {
        const head = await place.json(["ledger", "head"]);
        const text = JSON.stringify(head);
        expect(text).toMatch(/"signature":"[0-9a-f]{128}"/);
        expect(text).toMatch(/"public_key":"04[0-9a-f]{128}"/);
        const path = join(place.folder, "head.json");
        writeFileSync(path, JSON.stringify(head));
        expect(await place.json(["ledger", "verify", "--head", path])).toMatchObject({ ok: true });
        writeFileSync(path, JSON.stringify(head).replace(/"signature":"(.)/, (_, c) => `"signature":"${c === "0" ? "1" : "0"}`));
        expect((await place.anze(["ledger", "verify", "--head", path, "--json"])).code).not.toBe(0);
    });

    test("export: one JSON object a line, as many as entries", async () => {
        const entries = (await place.json(["ledger", "verify"])).entries;
        const ran = await place.anze(["ledger", "export"]);
        expect(ran.code).toBe(0);
        const lines = ran.stdout.trim().split("\n").map((line) => JSON.parse(line));
        expect(lines.filter((one) => one.verb ?? one.entry?.verb)).toHaveLength(entries);
    });

    test("a changed entry: exit code 1, and where", async () => {
        await place.sql(place.db ? "UPDATE ledger_entry SET verb = 'x.y' WHERE seq = 2" : "UPDATE ledger_entry SET verb = 'x.y' WHERE seq = 2");
        const said = await place.json(["ledger", "verify"], 1);
        expect(said.ok).toBe(false);
        expect(said.first_bad.seq).toBe(2);
        expect(said.first_bad.why.length).toBeGreaterThan(0);
    });
});

describe("anze pack", () => {
    let place: Installation;
    beforeAll(async () => {
        place = await Installation.make("init");
    });
    afterAll(() => place?.dispose());
    const pack = (name: string) => readFileSync(join(root, "packs", `${name}.yaml`), "utf8");
    const write = (text: string) => {
        const path = join(place.folder, "pack.yaml");
        writeFileSync(path, text);
        return path;
    };

    test("lint: the packs that come along are right", async () => {
        for (const name of ["S", "J", "Z", "Y", "Q"]) {
            const ran = await anze("pack", "lint", join(root, "packs", `${name}.yaml`), "--json");
            expect(JSON.parse(ran.stdout), name).toEqual({ ok: true, errors: [] });
            expect(ran.code).toBe(0);
        }
    });

    const mistakes: Array<[string, RegExp, string]> = [
        ["a comparison that does not exist", /at_least: high/, "at_lest: high"],
        ["a fact that does not exist", /finding\.notified_from_outside: \{at_least/, "finding.notified_from_outsid: {at_least"],
        ["an article that does not exist", /article: S9\n/, "article: S99\n"],
        ["a proposal that does not exist", /discipline\.interview/, "discipline.interviev"],
        ["a post that does not exist", /interviewer: deputy_in_charge/, "interviewer: deputy_in_chage"],
        ["a key that does not exist", /decided_by:/, "decided_bi:"],
        ["a number that is a word", /working_days: 10/, "working_days: ten"],
    ];
    test.each(mistakes)("lint: %s is found with line and column", async (_name, right, wrong) => {
        const text = pack("S");
        const at = text.search(right);
        expect(at, "the pack holds what this test spoils").toBeGreaterThan(0);
        const spoiled = text.replace(right, wrong);
        const ran = await anze("pack", "lint", write(spoiled), "--json");
        expect(ran.code).toBe(1);
        const said = JSON.parse(ran.stdout);
        expect(said.ok).toBe(false);
        const line = text.slice(0, at).split("\n").length;
        const column = at - text.lastIndexOf("\n", at);
        const near = said.errors.filter((one: any) => one.line === line);
        expect(near.length, `an error on line ${line}: ${ran.stdout}`).toBeGreaterThan(0);
        expect(near[0].column).toBeGreaterThanOrEqual(1);
        expect(Math.abs(near[0].column - column), `column ${near[0].column} beside ${column}`).toBeLessThanOrEqual(wrong.length);
        expect(near[0].message.length).toBeGreaterThan(4);
    });

    test("lint: broken YAML, no YAML, an empty file, bombs of aliases", async () => {
        for (const text of ["a: [1, 2\nb: }", "\t\tx: 1\n", "", "pack: S\npack: S\n", "\u0000\u0001", "x: &a [1]\ny: [*a,*a,*b]\n", `a: &a [x,x]\n${"bcdefghij".split("").map((c, i) => `${c}: &${c} [${Array(9).fill("*" + "abcdefghi"[i]).join(",")}]`).join("\n")}\n`]) {
            const ran = await anze("pack", "lint", write(text), "--json");
            expect(ran.code, JSON.stringify(text.slice(0, 30))).toBe(1);
            const said = JSON.parse(ran.stdout);
            expect(said.ok).toBe(false);
            expect(said.errors[0].line).toBeGreaterThanOrEqual(1);
        }
        expect((await anze("pack", "lint", "/nonexistent.yaml", "--json")).code).toBe(2);
    });

    test("coverage: per article the counts and whether the software feeds it", async () => {
        const said = await place.json(["pack", "coverage"]);
        expect(said.articles.length).toBeGreaterThan(70);
        for (const one of said.articles) {
            expect(["S", "J", "Z", "Y", "Q"]).toContain(one.pack);
            expect(one.article.startsWith(one.pack)).toBe(true);
            expect(typeof one.supported).toBe("boolean");
            for (const count of ["fulfilled", "due", "late", "exempt"]) expect(Number.isInteger(one[count])).toBe(true);
        }
    });

    test("load: a new version is loaded and kept; a bad one is refused and nothing changes", async () => {
        const before = (await place.json(["ledger", "verify"])).entries;
        const bad = await place.anze(["pack", "load", write(pack("Y").replace("working_days: 3", "working_days: three")), "--json"]);
        expect(bad.code).not.toBe(0);
        expect((await place.json(["ledger", "verify"])).entries).toBe(before);
        const good = await place.anze(["pack", "load", write(pack("Y").replace(/^(\s*)version: .*/m, "$1version: 2022-9"))]);
        expect(good.code, good.stderr).toBe(0);
        expect((await place.json(["ledger", "verify"])).entries).toBeGreaterThan(before);
    });
});

describe("anze describe", () => {
    test("the OpenAPI document of this version", async () => {
        const ran = await anze("describe", "--openapi");
        expect(ran.code).toBe(0);
        const api = JSON.parse(ran.stdout);
        expect(api.openapi).toMatch(/^3\.1/);
        const version = (await anze("--version")).stdout.trim().split(" ")[1];
        expect(api.info.version).toBe(version);
        const ids = new Set<string>();
        for (const [path, methods] of Object.entries<any>(api.paths))
            for (const [method, one] of Object.entries<any>(methods)) {
                const name = `${method} ${path}`;
                expect(one.summary, name).toBeTruthy();
                expect(one["x-grant"]?.length, name).toBeGreaterThan(0);
                expect(ids.has(one.operationId), `${one.operationId} twice`).toBe(false);
                ids.add(one.operationId);
                for (const part of path.matchAll(/\{(\w+)\}/g)) expect(one.parameters.map((p: any) => p.name), name).toContain(part[1]);
            }
        expect(ids.size).toBeGreaterThan(80);
        const unresolved: string[] = [];
        const walk = (node: any): void => {
            if (Array.isArray(node)) return node.forEach(walk);
            if (!node || typeof node !== "object") return;
            if (typeof node.$ref === "string" && !node.$ref.slice(2).split("/").reduce((at: any, key: string) => at?.[key], api)) unresolved.push(node.$ref);
            Object.values(node).forEach(walk);
        };
        walk(api);
        expect(unresolved).toEqual([]);
    });

    test("every label it points to has a text in both languages", async () => {
        const place = await Installation.make("init");
        try {
            await place.serve();
            const client = place.client();
            const api = (await client.get("/api/openapi.json")).expect(200);
            const missing: string[] = [];
            for (const lang of ["zh", "en"]) {
                const words = (await client.get(`/api/words/${lang}`)).expect(200);
                const keys = new Set<string>([...JSON.stringify(api).matchAll(/"x-words":"([^"]+)"/g)].map((one) => one[1]));
                for (const key of keys) if (!key.startsWith("enum.") && !labelOf(words, key)) missing.push(`${lang} ${key}`);
                for (const schema of Object.values<any>(api.components.schemas)) if (schema.enum && schema["x-words"]) for (const name of schema.enum) if (!words[`${schema["x-words"]}.${name}`]) missing.push(`${lang} ${schema["x-words"]}.${name}`);
            }
            expect(missing).toEqual([]);
        } finally {
            await place.dispose();
        }
    });
});

describe("help, languages, exit codes", () => {
    test("--help lists the commands; each has help of its own, in both languages", async () => {
        const zh = await anze("--help");
        const en = await run(join(programs(), "anze"), ["--help", "--lang", "en"]);
        expect(zh.code).toBe(0);
        expect(en.code).toBe(0);
        expect(/[\u4e00-\u9fff]/.test(zh.stdout)).toBe(true);
        expect(/[\u4e00-\u9fff]/.test(en.stdout)).toBe(false);
        const commands = [...zh.stdout.matchAll(/^ {2}anze ([a-z]+(?: [a-z]+)?)/gm)].map((one) => one[1]);
        for (const wanted of ["serve", "init", "demo", "import registry", "import scan", "pack lint", "pack coverage", "workday add", "ledger verify", "ledger head", "describe"]) expect(commands).toContain(wanted);
        for (const command of commands) {
            const one = await anze(...command.split(" "), "--help");
            expect(one.code, command).toBe(0);
            expect(one.stdout, command).toContain(`anze ${command}`);
            expect(one.stdout.split("\n").length, command).toBeGreaterThan(1);
        }
    });

    test("no command prints the help; a wrong one says so and ends with 2", async () => {
        expect((await anze()).code).toBe(0);
        for (const args of [["nonsense"], ["import"], ["import", "scan"], ["import", "registry"], ["ledger", "burn"], ["serve", "--bogus"], ["serve", "--listen"], ["import", "scan", "/nonexistent"], ["init", "--data", "/proc/nowhere/x"]]) {
            const ran = await anze(...args, ...(args.includes("--data") ? [] : ["--data", "/nonexistent-data"]));
            expect(ran.code, args.join(" ")).toBe(2);
            expect(ran.stderr.trim().length, args.join(" ")).toBeGreaterThan(5);
            expect(ran.stdout, args.join(" ")).toBe("");
        }
    });

    test("a data folder that is set up already is not set up twice", async () => {
        const place = await Installation.make("init");
        try {
            const before = await place.counts();
            for (const kind of ["init", "demo"]) {
                const again = await place.anze([kind, "--json"]);
                expect(again.code, kind).toBe(2);
                expect(again.stderr.length).toBeGreaterThan(5);
            }
            expect(await place.counts()).toBe(before);
        } finally {
            await place.dispose();
        }
    });

    test("the data folder and its secrets are the owner's alone", async () => {
        const place = await Installation.make("init");
        try {
            expect(statSync(place.data).mode & 0o077).toBe(0);
            for (const name of ["anze.db", "ledger.key"]) {
                const path = join(place.data, name);
                if (place.db && name === "anze.db") continue;
                expect(existsSync(path), name).toBe(true);
                expect(statSync(path).mode & 0o077, name).toBe(0);
            }
        } finally {
            await place.dispose();
        }
    });

    test("accounts: added with a role and a first password, listed, reset", async () => {
        const place = await Installation.make("init", { name: "示例县数据局" });
        try {
            const made = await place.json(["user", "add", "officer", "--role", "county_officer", "--unit", "示例县数据局", "--name", "经办人"]);
            expect(made.login_name).toBe("officer");
            expect(made.password.length).toBeGreaterThanOrEqual(12);
            const listed = await place.json(["user", "list"]);
            expect(listed.users.find((one: any) => one.login_name === "officer")).toMatchObject({ display_name: "经办人", roles: ["county_officer"], unit_name: "示例县数据局" });
            expect(JSON.stringify(listed)).not.toContain("password");
            const reset = await place.json(["user", "reset", "officer"]);
            expect(reset.password).not.toBe(made.password);
            await place.serve();
            expect((await place.client().post("/api/sessions", { login_name: "officer", password: made.password })).status).toBe(401);
            expect((await place.client().login("officer", reset.password)).must_change_password).toBe(true);
            // Nobody may be administrator and officer at once, and an unknown role is no role.
            expect((await place.anze(["user", "add", "both", "--role", "county_officer,sys_admin"])).code).toBe(1);
            expect((await place.anze(["user", "add", "none", "--role", "emperor"])).code).toBe(1);
            expect((await place.anze(["user", "add", "officer", "--role", "regulator"])).code).toBe(1);
        } finally {
            await place.dispose();
        }
    });
});
