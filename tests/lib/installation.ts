// SPDX-License-Identifier: Apache-2.0
//
// A data folder with its database, and the server on it. On PostgreSQL (ANZE_TEST_PG) each has a database of its own.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Client } from "./client";
import { drop, postgres, programs, scratch } from "./place";
import { adopt, plainEnv, run, type Ran, type RunOptions } from "./run";

export interface Account {
    login_name: string;
    password: string;
    display_name?: string;
}

export interface Served {
    url: string;
    pid: number;
    child: ChildProcess;
    log: () => string;
}

let databases = 0;

async function makeDatabase(): Promise<string | undefined> {
    if (!postgres) return undefined;
    const name = `t${process.pid}_${++databases}`;
    const made = await run("psql", ["-q", "-d", postgres, "-c", `CREATE DATABASE ${name}`]);
    if (made.code !== 0) throw new Error(`PostgreSQL: ${made.stderr}`);
    const url = new URL(postgres);
    url.pathname = `/${name}`;
    return url.toString();
}

export class Installation {
    accounts = new Map<string, Account>();
    server?: Served;
    /** ANZE_NOW of what runs next: "2026-09-28T09:00:00", Chinese time; undefined: the machine's time. */
    now?: string;

    private constructor(
        readonly folder: string,
        readonly data: string,
        readonly db: string | undefined,
    ) {}

    /** kind: "init" has three administrators, "demo" the example county, "none" has nothing yet. */
    static async make(kind: "init" | "demo" | "none", options: { now?: string; name?: string; args?: string[] } = {}): Promise<Installation> {
        const folder = scratch(kind);
        const made = new Installation(folder, join(folder, "data"), await makeDatabase());
        made.now = options.now;
        if (kind === "none") return made;
        const args = [kind, "--json", ...(options.name ? ["--name", options.name] : []), ...(options.args ?? [])];
        const ran = await made.anze(args, { timeoutMs: 120_000 });
        if (ran.code !== 0) throw new Error(`anze ${kind}: exit ${ran.code}\n${ran.stdout}\n${ran.stderr}`);
        for (const one of (JSON.parse(ran.stdout) as { accounts: Account[] }).accounts) made.accounts.set(one.login_name, one);
        return made;
    }

    get sqlite(): string {
        return join(this.data, "anze.db");
    }

    private env(): NodeJS.ProcessEnv {
        return { ...(this.now ? { ANZE_NOW: this.now } : {}), ...(this.db ? { ANZE_DB: this.db } : {}) };
    }

    /** Runs a command of the program on this data folder. */
    anze(args: string[], options: RunOptions = {}): Promise<Ran> {
        return run(join(programs(), "anze"), [...args, "--data", this.data], { ...options, env: { ...this.env(), ...options.env } });
    }

    /** The same, expecting the exit code, giving the JSON object of standard output. */
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    async json(args: string[], code = 0, options: RunOptions = {}): Promise<any> {
        const ran = await this.anze([...args, "--json"], options);
        if (ran.code !== code) throw new Error(`anze ${args.join(" ")}: exit ${ran.code}, expected ${code}\n${ran.stdout}\n${ran.stderr}`);
        return JSON.parse(ran.stdout);
    }

    /** One statement straight into the database, past the program: what tampering and counting need. */
    async sql(statement: string): Promise<string> {
        const ran = this.db ? await run("psql", ["-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", this.db, "-c", statement]) : await run("sqlite3", ["-bail", this.sqlite, statement]);
        if (ran.code !== 0) throw new Error(`${statement}: ${ran.stderr}`);
        return ran.stdout.trim();
    }

    /** How many rows each table of what imports write holds: equal before and after means that nothing was written. */
    async counts(): Promise<string> {
        const tables = ["finding", "finding_event", "finding_import", "finding_address", "finding_port", "info_system", "system_endpoint", "ledger_entry"];
        return this.sql("SELECT " + tables.map((one) => `(SELECT COUNT(*) FROM ${one})`).join(" || ',' || "));
    }

    async serve(now: string | undefined = this.now): Promise<Served> {
        if (this.server) throw new Error("this data folder is served already");
        this.now = now;
        const child = spawn(join(programs(), "anze"), ["serve", "--data", this.data, "--listen", "127.0.0.1:0"], {
            env: { ...plainEnv, ...this.env() },
            stdio: ["ignore", "pipe", "pipe"],
        });
        adopt(child);
        let out = "";
        let err = "";
        child.stderr.on("data", (part: Buffer) => (err = (err + part.toString("utf8")).slice(-200_000)));
        const url = await new Promise<string>((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error(`anze serve said no address within 30 s\n${out}\n${err}`)), 30_000);
            child.stdout.on("data", (part: Buffer) => {
                out += part.toString("utf8");
                const found = /(https?:\/\/127\.0\.0\.1:\d+)\//.exec(out);
                if (found) {
                    clearTimeout(timer);
                    resolve(found[1]);
                }
            });
            child.once("exit", (code, signal) => {
                clearTimeout(timer);
                reject(new Error(`anze serve ended with ${code ?? signal}\n${out}\n${err}`));
            });
        });
        this.server = { url, pid: child.pid!, child, log: () => err };
        return this.server;
    }

    /** Ends the server: politely, so that it seals the ledger; "SIGKILL" as a power cut would. */
    async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
        const server = this.server;
        this.server = undefined;
        if (!server) return null;
        if (server.child.exitCode !== null || server.child.signalCode) return server.child.exitCode;
        const ended = new Promise<number | null>((resolve) => server.child.once("exit", (code) => resolve(code)));
        server.child.kill(signal);
        const timer = setTimeout(() => server.child.kill("SIGKILL"), 15_000);
        const code = await ended;
        clearTimeout(timer);
        return code;
    }

    async restart(now: string | undefined = this.now): Promise<Served> {
        await this.stop();
        return this.serve(now);
    }

    async dispose(): Promise<void> {
        await this.stop();
        if (this.db) await run("psql", ["-q", "-d", postgres, "-c", `DROP DATABASE IF EXISTS ${new URL(this.db).pathname.slice(1)} WITH (FORCE)`]);
        drop(this.folder);
    }

    client(): Client {
        if (!this.server) throw new Error("nothing is served");
        return new Client(this.server.url);
    }

    /** A client signed in as this account; a first password is changed on the way. */
    async as(login: string): Promise<Client> {
        const account = this.accounts.get(login);
        if (!account) throw new Error(`no account ${login}; there are ${[...this.accounts.keys()].join(", ")}`);
        const client = this.client();
        const me = await client.login(account.login_name, account.password);
        if (me.must_change_password) {
            const fresh = newPassword();
            (await client.put("/api/me/password", { password: account.password, new_password: fresh })).expect(204);
            account.password = fresh;
        }
        return client;
    }

    /** The accounts file that `demo` leaves for the owner of the folder. */
    accountsFile(): string | undefined {
        const path = join(this.data, "accounts.txt");
        return existsSync(path) ? readFileSync(path, "utf8") : undefined;
    }
}

let passwords = 0;
export function newPassword(): string {
    return `Kx7-${process.pid}-${++passwords}-wQz%m`;
}
