// SPDX-License-Identifier: Apache-2.0
//
// A browser's view of the interface: a cookie, X-Anze on every change, JSON in and out. Built on node:http, because the
// tests also send what no browser would.
import { request as httpRequest, Agent, type IncomingHttpHeaders } from "node:http";

/* eslint-disable @typescript-eslint/no-explicit-any */
export interface Fault {
    field: string | null;
    key: string;
    message: string;
    row?: number;
    article?: string;
}

export class Answer {
    constructor(
        readonly method: string,
        readonly path: string,
        readonly status: number,
        readonly headers: IncomingHttpHeaders,
        readonly bytes: Buffer,
    ) {}

    get text(): string {
        return this.bytes.toString("utf8");
    }

    get isJson(): boolean {
        return (this.headers["content-type"] ?? "").startsWith("application/json");
    }

    get json(): any {
        return JSON.parse(this.text);
    }

    get faults(): Fault[] {
        return this.json.error.faults;
    }

    get code(): string {
        return this.json.error.code;
    }

    /** The body when the status is the expected one; else an error that shows what came. */
    expect(...statuses: number[]): any {
        if (!statuses.includes(this.status))
            throw new Error(`${this.method} ${this.path}: ${this.status}, expected ${statuses.join(" or ")}\n${this.text.slice(0, 2000)}`);
        return this.isJson && this.bytes.length ? this.json : undefined;
    }
}

export interface Send {
    body?: unknown;
    raw?: Buffer | string;
    type?: string;
    headers?: Record<string, string>;
    /** Leave out what a browser of ours always sends. */
    bare?: boolean;
    timeoutMs?: number;
}

export type Listener = (answer: Answer) => void;

/** Takes a request over before it is sent: may send it changed, more than once, or as it is. */
export type Dresser = (method: string, path: string, options: Send, send: (path: string, options: Send) => Promise<Answer>) => Promise<Answer>;

export class Client {
    cookie = "";
    me: any;
    private agent = new Agent({ keepAlive: true, maxSockets: 4 });
    private listeners: Listener[] = [];
    dresser?: Dresser;

    constructor(readonly url: string) {}

    /** Called with every answer (the schema watch uses it). */
    listen(listener: Listener): this {
        this.listeners.push(listener);
        return this;
    }

    send(method: string, path: string, options: Send = {}): Promise<Answer> {
        return this.dresser ? this.dresser(method, path, options, (where, how) => this.sendPlain(method, where, how)) : this.sendPlain(method, path, options);
    }

    private sendPlain(method: string, path: string, options: Send): Promise<Answer> {
        const target = new URL(path, this.url);
        const payload = options.raw !== undefined ? Buffer.from(options.raw as string) : options.body !== undefined ? Buffer.from(JSON.stringify(options.body)) : undefined;
        const headers: Record<string, string | number> = { accept: "application/json" };
        if (this.cookie && !options.bare) headers.cookie = this.cookie;
        if (method !== "GET" && method !== "HEAD" && !options.bare) headers["x-anze"] = "1";
        if (payload) {
            headers["content-type"] = options.type ?? (options.raw !== undefined ? "application/octet-stream" : "application/json");
            headers["content-length"] = payload.length;
        } else if (method !== "GET" && method !== "HEAD") headers["content-length"] = 0;
        Object.assign(headers, options.headers);
        return new Promise((resolve, reject) => {
            const request = httpRequest(target, { method, headers, agent: this.agent, timeout: options.timeoutMs ?? 60_000 }, (response) => {
                const parts: Buffer[] = [];
                response.on("data", (part: Buffer) => parts.push(part));
                response.on("error", reject);
                response.on("aborted", () => reject(new Error(`${method} ${path}: cut off`)));
                response.on("end", () => {
                    const answer = new Answer(method, path, response.statusCode ?? 0, response.headers, Buffer.concat(parts));
                    for (const set of response.headers["set-cookie"] ?? []) this.takeCookie(set);
                    for (const listener of this.listeners) listener(answer);
                    resolve(answer);
                });
            });
            request.on("timeout", () => request.destroy(new Error(`${method} ${path}: no answer in time`)));
            request.on("error", reject);
            request.end(payload);
        });
    }

    private takeCookie(set: string): void {
        const pair = set.split(";")[0];
        this.cookie = /=$/.test(pair) || /max-age=0/i.test(set) ? "" : pair;
    }

    get(path: string): Promise<Answer> {
        return this.send("GET", path);
    }

    post(path: string, body?: unknown): Promise<Answer> {
        return this.send("POST", path, { body });
    }

    put(path: string, body?: unknown): Promise<Answer> {
        return this.send("PUT", path, { body });
    }

    patch(path: string, body?: unknown): Promise<Answer> {
        return this.send("PATCH", path, { body });
    }

    delete(path: string): Promise<Answer> {
        return this.send("DELETE", path);
    }

    /** The raw file as body, its name in the query, as the contract says. */
    upload(path: string, filename: string, bytes: Buffer, query: Record<string, string | number> = {}): Promise<Answer> {
        const target = new URL(path, this.url);
        target.searchParams.set("filename", filename);
        for (const [name, value] of Object.entries(query)) target.searchParams.set(name, String(value));
        return this.send("POST", target.pathname + target.search, { raw: bytes, timeoutMs: 120_000 });
    }

    /** All items of a list, page by page. */
    async all(path: string): Promise<any[]> {
        const items: any[] = [];
        let cursor: string | null = null;
        do {
            const target = new URL(path, this.url);
            target.searchParams.set("limit", "200");
            if (cursor) target.searchParams.set("cursor", cursor);
            const page = (await this.get(target.pathname + target.search)).expect(200);
            items.push(...page.items);
            cursor = page.next;
        } while (cursor);
        return items;
    }

    async login(login_name: string, password: string): Promise<any> {
        this.me = (await this.post("/api/sessions", { login_name, password })).expect(201);
        if (!this.cookie) throw new Error("the log-in set no cookie");
        return this.me;
    }

    close(): void {
        this.agent.destroy();
    }
}
