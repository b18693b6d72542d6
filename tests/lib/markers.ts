// SPDX-License-Identifier: Apache-2.0
//
// Markers: texts, numbers, telephones, addresses and domains that nobody guesses, planted in every text that a unit's
// records can hold, and looked for in everything that another unit's people are given. What can hold a text is read from
// the interface description, so a new field is planted without anybody thinking of it.
import type { Answer, Client, Dresser, Send } from "./client";
import { pdfText } from "./pdf";
import { resolve, type Operation, type SchemaWatch } from "./schema";
import { unzip } from "./zip";

/* eslint-disable @typescript-eslint/no-explicit-any */
export interface Marker {
    text: string;
    unit: string;
    /** operation and field, "registry_create.endpoints[].url" */
    place: string;
}

export function random(seed: number): () => number {
    let a = seed >>> 0;
    return () => {
        a = (a + 0x6d2b79f5) | 0;
        let t = Math.imul(a ^ (a >>> 15), 1 | a);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}

/** What only looks like a text: names of rules and forms, secrets that are never shown, whole files. */
const NO_TEXT = /(^|_)(password|code|login_name|form_id|rule|yaml|head|protocol|article|issuer_code|range_text)$|^name$/;
/** Given values that a marker may stand in for: nothing else hangs on them. */
const STANDS_IN = new Set(["person_name", "phone", "mobile", "email"]);
/** The county's own books, open to every unit: whom to report to, by which way. */
export const COMMON = /^agency_/;
/** Operations about accounts, sessions and the rules themselves: not a unit's records. */
const NOT_A_UNITS = /^(accounts_(?!create|change)|duties_pack|duties_workday|ledgerbook_verify|registry_import|org_reorg_preview|collection_export)/;

interface Spot {
    name: string;
    field: any;
    place: string;
}

export class Markers {
    readonly planted: Marker[] = [];
    /** Every place where a marker can be planted, by the interface description. */
    readonly places = new Set<string>();
    private unit = "";
    private readonly next: () => number;

    constructor(
        readonly seed: number,
        private readonly api: any,
        private readonly watch: SchemaWatch,
        all: Operation[],
    ) {
        this.next = random(seed);
        for (const one of all) if (one.method !== "GET") for (const place of this.placesOf(one)) this.places.add(place);
    }

    /** What is written from now on belongs to this unit; "" plants nothing. */
    of(unit: string): void {
        this.unit = unit;
    }

    private plain(raw: any): any {
        const one = resolve(this.api, raw);
        return one?.anyOf ? { ...resolve(this.api, one.anyOf[0]), ...Object.fromEntries(Object.entries(one).filter(([key]) => key !== "anyOf")) } : one;
    }

    private spots(schema: any, prefix: string): Spot[] {
        return Object.entries<any>(this.plain(schema)?.properties ?? {}).flatMap(([name, raw]) => {
            const field = this.plain(raw);
            return raw.readOnly || field.readOnly ? [] : [{ name, field, place: `${prefix}${name}` }];
        });
    }

    private static type(field: any): string {
        return Array.isArray(field.type) ? field.type[0] : field.type;
    }

    private holds(spot: Spot): boolean {
        const { field } = spot;
        if (Markers.type(field) !== "string" || field.enum || field.format === "date" || NO_TEXT.test(spot.name)) return false;
        return this.text(field, "x") !== undefined;
    }

    placesOf(operation: Operation): string[] {
        const schema = operation.raw.requestBody?.content?.["application/json"]?.schema;
        if (!schema || NOT_A_UNITS.test(operation.id) || COMMON.test(operation.id)) return [];
        const walk = (at: any, prefix: string): string[] =>
            this.spots(at, prefix).flatMap((spot) => (Markers.type(spot.field) === "array" ? walk(spot.field.items, `${spot.place}[].`) : this.holds(spot) ? [spot.place] : []));
        return walk(schema, `${operation.id}.`);
    }

    private letters(many: number): string {
        return Array.from({ length: many }, () => "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[Math.floor(this.next() * 32)]).join("");
    }

    private digits(many: number): string {
        return Array.from({ length: many }, () => String(Math.floor(this.next() * 10))).join("");
    }

    /** A marker as this field takes it; undefined where it takes none. `dry` only asks whether there is one. */
    private text(field: any, dry?: string): string | undefined {
        const most = field.maxLength ?? 1000;
        const small = () => this.letters(14).toLowerCase();
        switch (field["x-format"]) {
            case "ip":
                return dry ?? `172.${16 + Math.floor(this.next() * 16)}.${Math.floor(this.next() * 256)}.${1 + Math.floor(this.next() * 250)}`;
            case "phone":
                return dry ?? `0000-8${this.digits(7)}`;
            case "mobile":
                return dry ?? `190${this.digits(8)}`;
            case "email":
                return dry ?? `${small()}@office.example`;
            case "domain":
                return dry ?? `${small()}.example`;
            case "url":
                return dry ?? `https://${small()}.example/`;
            case "miniapp_appid":
                return dry ?? `wx${Array.from({ length: 16 }, () => "0123456789abcdef"[Math.floor(this.next() * 16)]).join("")}`;
            case "wx_origin_id":
                return dry ?? `gh_${Array.from({ length: 12 }, () => "0123456789abcdef"[Math.floor(this.next() * 16)]).join("")}`;
            case "icp_no":
                return dry ?? `京ICP备${this.digits(8)}号`;
            case "person_name":
                return dry ?? Array.from({ length: 6 }, () => String.fromCodePoint(0x4e00 + Math.floor(this.next() * 0x4000))).join("");
            case undefined:
            case null:
                if (most < 12) return undefined;
                return dry ?? `${this.letters(1)}${this.letters(Math.min(most, 16) - 1)}`;
            default:
                return undefined; // a certificate's number, a credit code: their check digits leave no room
        }
    }

    private mark(place: string, field: any): string {
        const text = this.text(field)!;
        this.planted.push({ text, unit: this.unit, place });
        return text;
    }

    /** The body with a marker at the end of every free text that it has; unless `only` those, in every text that it leaves open too. */
    private fill(schema: any, prefix: string, body: any, only: boolean): any {
        const filled = { ...body };
        for (const spot of this.spots(schema, prefix)) {
            const has = filled[spot.name];
            if (Markers.type(spot.field) === "array") {
                if (Array.isArray(has)) filled[spot.name] = has.map((one) => (one && typeof one === "object" ? this.fill(spot.field.items, `${spot.place}[].`, one, only) : one));
                continue;
            }
            const format = spot.field["x-format"];
            if (!this.holds(spot) || (has === undefined ? only : format && !STANDS_IN.has(format))) continue;
            const text = this.mark(spot.place, spot.field);
            const free = !format && typeof has === "string";
            filled[spot.name] = free ? `${has.slice(0, (spot.field.maxLength ?? 1000) - text.length)}${text}` : text;
        }
        return filled;
    }

    /** Dresses what a client writes. What the server refuses of it is taken back, field by field, in the end all. */
    readonly dresser: Dresser = async (method, path, options, send) => {
        if (!this.unit || method === "GET" || !options) return send(path, options);
        if (options.raw !== undefined) return this.file(path, options, send);
        const operation = this.watch.find(method, path);
        const schema = operation?.raw.requestBody?.content?.["application/json"]?.schema;
        if (!operation || !schema || !this.placesOf(operation).length || !options.body || typeof options.body !== "object") return send(path, options);
        const before = this.planted.length;
        const plain: any = options.body;
        // First with everything that is open, then with what the sender gave alone.
        for (const only of [false, true]) {
            let body = this.fill(schema, `${operation.id}.`, plain, only);
            for (let tries = 0; tries < 6; tries++) {
                const answer = await send(path, { ...options, body });
                if (answer.status < 400) {
                    const sent = JSON.stringify(body);
                    this.planted.splice(before, Infinity, ...this.planted.slice(before).filter((one) => sent.includes(one.text)));
                    return answer;
                }
                const named = [409, 422].includes(answer.status) ? answer.faults.map((one) => one.field).filter((one): one is string => !!one) : [];
                if (!named.length) break;
                body = structuredClone(body);
                for (const field of named) {
                    const top = field.split(/[[.]/)[0];
                    if (top in plain) body[top] = plain[top];
                    else delete body[top];
                }
            }
            this.planted.length = before;
        }
        return send(path, options);
    };

    private async file(path: string, options: Send, send: (path: string, options: Send) => Promise<Answer>): Promise<Answer> {
        const target = new URL(path, "http://x");
        const [base, ending] = /^(.*)(\.\w+)$/.exec(target.searchParams.get("filename") ?? "x.txt")!.slice(1);
        const name = this.letters(14);
        target.searchParams.set("filename", `${base}${name}${ending}`);
        const what = target.pathname.replace(/^\/api\//, "");
        const marks: Marker[] = [{ text: name, unit: this.unit, place: `${what} file name` }];
        let raw = Buffer.from(options.raw as Buffer);
        if (ending === ".txt") {
            const text = this.letters(18);
            raw = Buffer.concat([raw, Buffer.from(`\n${text}\n`)]);
            marks.push({ text, unit: this.unit, place: `${what} content` });
        } else if (ending === ".xml") {
            const host = `${this.letters(14).toLowerCase()}.example`;
            raw = Buffer.from(raw.toString("utf8").replace(/<ports>/, `<hostnames><hostname name="${host}" type="PTR"/></hostnames><ports>`));
            marks.push({ text: host, unit: this.unit, place: `${what} host name` });
        }
        const answer = await send(target.pathname + target.search, { ...options, raw });
        if (answer.status >= 400) return send(path, options);
        this.planted.push(...marks);
        return answer;
    }

    attach(client: Client): Client {
        client.dresser = this.dresser;
        return client;
    }
}

/** Everything that can be read in an answer: its head, its body, what is packed in it, what is printed on it. */
export async function readable(answer: Answer): Promise<string> {
    return `${JSON.stringify(answer.headers)}\n${decodeURIComponent(String(answer.headers["content-disposition"] ?? "").replace(/%(?![0-9a-f]{2})/gi, "%25"))}\n${await unpacked(answer.bytes)}`;
}

async function unpacked(bytes: Buffer): Promise<string> {
    const start = bytes.subarray(0, 4).toString("latin1");
    if (start === "PK\u0003\u0004") {
        const parts = await Promise.all(unzip(bytes).map(async (one) => `${one.name}\n${await unpacked(one.bytes)}`));
        return parts.join("\n");
    }
    if (start === "%PDF") return `${await pdfText(bytes)}\n${bytes.toString("latin1")}`;
    const text = bytes.toString("utf8");
    // A word processor may cut a text into runs; cursors and the like are base64.
    const runs = text.startsWith("<?xml") ? text.replace(/<[^>]+>/g, "") : "";
    const hidden = text.length < 1_000_000 ? [...text.matchAll(/[A-Za-z0-9+/_-]{24,}={0,2}/g)].map((one) => Buffer.from(one[0], "base64").toString("utf8")).join("\n") : "";
    return `${text}\n${runs}\n${hidden}`;
}

const HEAD = 6;

/** Looks for many markers at once, by their first letters. */
export class Finder {
    private readonly byHead = new Map<string, Marker[]>();

    constructor(markers: Marker[]) {
        for (const one of markers) {
            const head = one.text.slice(0, HEAD).toLowerCase();
            const same = this.byHead.get(head);
            if (same) same.push(one);
            else this.byHead.set(head, [one]);
        }
    }

    in(text: string): Marker[] {
        const found = new Set<Marker>();
        const low = text.toLowerCase();
        for (let at = 0; at + HEAD <= low.length; at++)
            for (const one of this.byHead.get(low.slice(at, at + HEAD)) ?? []) {
                if (found.has(one) || !low.startsWith(one.text.toLowerCase(), at)) continue;
                // A number is found as itself, not within a longer one.
                if (/^[\d.-]+$/.test(one.text) && (/[\d.]/.test(low[at - 1] ?? "") || /\d/.test(low[at + one.text.length] ?? ""))) continue;
                found.add(one);
            }
        return [...found];
    }
}
