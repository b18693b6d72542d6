// SPDX-License-Identifier: Apache-2.0
//
// Holds every reply against the interface description of the running program.
import { join } from "node:path";

import Ajv2020, { type ValidateFunction } from "ajv/dist/2020";

import type { Answer, Client } from "./client";
import { programs } from "./place";
import { run } from "./run";

/* eslint-disable @typescript-eslint/no-explicit-any */
export interface Operation {
    method: string;
    path: string;
    id: string;
    grant: string[];
    flags: string[];
    raw: any;
}

let document: any;

/** What `anze describe --openapi` prints. */
export async function describeApi(): Promise<any> {
    if (!document) {
        const ran = await run(join(programs(), "anze"), ["describe", "--openapi"]);
        if (ran.code !== 0) throw new Error(`anze describe: ${ran.stderr}`);
        document = JSON.parse(ran.stdout);
    }
    return document;
}

export function operations(api: any): Operation[] {
    return Object.entries<any>(api.paths).flatMap(([path, methods]) =>
        Object.entries<any>(methods)
            .filter(([method]) => method !== "parameters")
            .map(([method, raw]) => ({ method: method.toUpperCase(), path, id: raw.operationId, grant: raw["x-grant"], flags: raw["x-flags"] ?? [], raw })),
    );
}

/** The label of a field by its key "field.<table>.<field>": of its table, of the table that is named after, of any. */
export function labelOf(words: Record<string, string>, key: string | undefined): string | undefined {
    const [, table, field] = (key ?? "").split(".");
    if (!field) return undefined;
    const parts = table.split("_");
    const tables = [...parts.map((_, at) => parts.slice(0, parts.length - at).join("_")), "any"];
    return tables.map((one) => words[`field.${one}.${field}`]).find((one) => one);
}

/** Resolves "#/components/…" one step. */
export function resolve(api: any, schema: any): any {
    return schema?.$ref ? schema.$ref.slice(2).split("/").reduce((at: any, key: string) => at[key], api) : schema;
}

export class SchemaWatch {
    seen = 0;
    readonly operationsSeen = new Set<string>();
    private readonly wrong = new Map<string, number>();
    private readonly ajv: Ajv2020;
    private readonly compiled = new Map<string, ValidateFunction | undefined>();
    private readonly routes: Array<{ operation: Operation; pattern: RegExp; fixed: number }>;

    constructor(private readonly api: any) {
        this.ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
        this.ajv.addSchema(api, "api");
        this.routes = operations(api)
            .map((operation) => ({
                operation,
                pattern: new RegExp(`^${operation.path.replace(/\{\w+\}/g, "[^/]+")}$`),
                fixed: operation.path.split("/").filter((part) => !part.startsWith("{")).length,
            }))
            .sort((a, b) => b.fixed - a.fixed);
    }

    attach(client: Client): Client {
        return client.listen((answer) => this.look(answer));
    }

    find(method: string, path: string): Operation | undefined {
        const plain = path.split("?")[0];
        return this.routes.find((one) => one.operation.method === method && one.pattern.test(plain))?.operation;
    }

    look(answer: Answer): void {
        const operation = this.find(answer.method, answer.path);
        this.seen++;
        if (!operation) {
            if (answer.status !== 404 && answer.status !== 405) this.note(`${answer.method} ${answer.path}: answers ${answer.status} but is not described`);
            return;
        }
        this.operationsSeen.add(operation.id);
        const name = answer.status >= 400 ? "default" : String(answer.status);
        if (!operation.raw.responses[name]) return this.note(`${operation.id}: status ${answer.status} is not described`);
        const response = resolve(this.api, operation.raw.responses[name]);
        const types = Object.keys(response.content ?? {});
        const type = (answer.headers["content-type"] ?? "").split(";")[0];
        if (answer.status === 204 || answer.status === 304) {
            if (answer.bytes.length) this.note(`${operation.id}: ${answer.status} with a body`);
            return;
        }
        if (types.length && !types.includes(type) && !types.includes("application/octet-stream") && !types.includes("*/*"))
            return this.note(`${operation.id}: ${answer.status} as ${type}, described as ${types.join(", ")}`);
        if (type !== "application/json" || !response.content?.[type]?.schema) return;
        for (const path of this.undescribed(response.content[type].schema, answer.json)) this.note(`${operation.id} ${answer.status}: ${path} is not described`);
        const validate = this.validator(operation.id, name, response.content[type].schema);
        if (validate(answer.json)) return;
        for (const error of validate.errors ?? []) this.note(`${operation.id} ${answer.status}: ${error.instancePath.replace(/\/\d+/g, "/*")} ${error.message} ${JSON.stringify(error.params)}`);
    }

    /** Members of the answer that the description does not name: what is served is what is described, no more. */
    private undescribed(schema: any, value: any, at = ""): string[] {
        const whole = [schema, ...(schema?.allOf ?? []), ...(schema?.anyOf ?? [])].map((one) => resolve(this.api, one));
        if (Array.isArray(value)) {
            const items = whole.find((one) => one?.items)?.items;
            return items ? [...new Set(value.flatMap((one) => this.undescribed(items, one, `${at}/*`)))] : [];
        }
        if (value === null || typeof value !== "object" || whole.some((one) => one?.additionalProperties)) return [];
        const parts = whole.flatMap((one) => (one?.$ref || one?.allOf ? this.parts(one) : [one]));
        const known = Object.assign({}, ...parts.map((one) => one?.properties ?? {}));
        if (!parts.some((one) => one?.type === "object" || one?.properties)) return []; // any JSON
        return Object.entries(value).flatMap(([name, one]) => (known[name] ? this.undescribed(known[name], one, `${at}/${name}`) : [`${at}/${name}`]));
    }

    private parts(schema: any): any[] {
        const one = resolve(this.api, schema);
        return [one, ...(one?.allOf ?? []).flatMap((part: any) => this.parts(part))];
    }

    private validator(id: string, status: string, schema: any): ValidateFunction {
        const key = `${id} ${status}`;
        let found = this.compiled.get(key);
        if (!found) {
            found = this.ajv.compile(JSON.parse(JSON.stringify(schema).replace(/"#\//g, '"api#/')));
            this.compiled.set(key, found);
        }
        return found;
    }

    private note(text: string): void {
        this.wrong.set(text, (this.wrong.get(text) ?? 0) + 1);
    }

    report(): string[] {
        return [...this.wrong].map(([text, many]) => (many > 1 ? `${text} (${many} times)` : text)).sort();
    }
}

export async function watchSchema(): Promise<SchemaWatch> {
    return new SchemaWatch(await describeApi());
}
