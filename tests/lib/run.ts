// SPDX-License-Identifier: Apache-2.0
//
// Running a program to its end, bounded in time, with its peak memory measured on request.
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

export interface Ran {
    code: number | null;
    signal: string | null;
    stdout: string;
    stderr: string;
    ms: number;
    /** Peak resident memory in KiB of the largest process of the family (only with measure). */
    peakKb: number;
}

export interface RunOptions {
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    timeoutMs?: number;
    input?: string | Buffer;
    measure?: boolean;
}

const running = new Set<ChildProcess>();
function endAll(): void {
    for (const child of running) if (child.pid) child.kill("SIGKILL");
}
process.on("exit", endAll);
// The test runner may be killed, too: its workers then see the line to it go dead, or are ended themselves.
process.once("disconnect", endAll);
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.once(signal, () => {
        endAll();
        process.exit(1);
    });

/** Remembers a child so that it never outlives the test process. */
export function adopt(child: ChildProcess): void {
    running.add(child);
    child.once("exit", () => running.delete(child));
}

/** Neither the machine's time zone nor its language may matter. */
export const plainEnv: NodeJS.ProcessEnv = (() => {
    const env: NodeJS.ProcessEnv = { ...process.env, LANG: "C.UTF-8", TZ: "Pacific/Honolulu" };
    for (const name of Object.keys(env)) if (/^ANZE_(NOW|DATA|DB|TEST_PG)$/.test(name)) delete env[name];
    return env;
})();

function peakOf(pid: number): number {
    try {
        const status = readFileSync(`/proc/${pid}/status`, "utf8");
        return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
    } catch {
        return 0;
    }
}

/** The process and everything below it. */
export function family(pid: number): number[] {
    const parents = new Map<number, number>();
    for (const name of readdirSync("/proc")) {
        if (!/^\d+$/.test(name)) continue;
        try {
            const stat = readFileSync(`/proc/${name}/stat`, "utf8");
            parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
        } catch {
            /* gone already */
        }
    }
    const found = [pid];
    for (let i = 0; i < found.length; i++) for (const [child, parent] of parents) if (parent === found[i]) found.push(child);
    return found;
}

export function run(command: string, args: string[], options: RunOptions = {}): Promise<Ran> {
    return new Promise((resolve, reject) => {
        const start = Date.now();
        const child = spawn(command, args, { env: { ...plainEnv, ...options.env }, cwd: options.cwd, stdio: ["pipe", "pipe", "pipe"] });
        adopt(child);
        const out: Buffer[] = [];
        const err: Buffer[] = [];
        let peakKb = 0;
        let late = false;
        const limit = options.timeoutMs ?? 60_000;
        const timer = setTimeout(() => {
            late = true;
            child.kill("SIGKILL");
        }, limit);
        const watch = options.measure
            ? setInterval(() => {
                  for (const pid of child.pid ? family(child.pid) : []) peakKb = Math.max(peakKb, peakOf(pid));
              }, 50)
            : undefined;
        child.stdout.on("data", (part: Buffer) => out.push(part));
        child.stderr.on("data", (part: Buffer) => err.push(part));
        child.stdin.on("error", () => undefined);
        child.stdin.end(options.input ?? "");
        child.once("error", reject);
        child.once("close", (code, signal) => {
            clearTimeout(timer);
            clearInterval(watch);
            const stdout = Buffer.concat(out).toString("utf8");
            const stderr = Buffer.concat(err).toString("utf8");
            if (late) reject(new Error(`${command} ${args.join(" ")}: not done within ${limit} ms\n${stderr}`));
            else resolve({ code, signal, stdout, stderr, ms: Date.now() - start, peakKb });
        });
    });
}
