// SPDX-License-Identifier: Apache-2.0
//
// Bodies made from the interface description: a valid one, and every way of being wrong that a field table knows.
import { resolve } from "./schema";

/* eslint-disable @typescript-eslint/no-explicit-any */
export interface Wrong {
    field: string;
    why: string;
    body: any;
}

function plain(api: any, schema: any): any {
    const one = resolve(api, schema);
    return one.anyOf ? { ...resolve(api, one.anyOf[0]), ...Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "anyOf")) } : one;
}

function typeOf(schema: any): string {
    return Array.isArray(schema.type) ? schema.type[0] : schema.type;
}

const FORMATS: Record<string, string> = { login_name: "someone", ip: "10.20.99.9", domain: "a.example", url: "https://a.example/", mobile: "13900000000", phone: "0000-8000000", email: "a@a.example", person_name: "张三" };

function value(api: any, raw: any, ids: Record<string, any>): any {
    const schema = plain(api, raw);
    if (schema.enum) return schema.enum[0];
    switch (typeOf(schema)) {
        case "boolean":
            return true;
        case "integer": {
            const ref: Record<string, any> = { org_unit: ids.unit_id, info_system: ids.system_id, finding: ids.finding_id, org_person: ids.person_id };
            if (schema["x-ref"]) return ref[schema["x-ref"]] ?? 1;
            return Math.max(schema.minimum ?? 1, 1);
        }
        case "array":
            return [object(api, schema.items, ids)];
        case "object":
            return object(api, schema, ids);
        default:
            if (schema.format === "date") return "2026-09-28";
            if (FORMATS[schema["x-format"]]) return FORMATS[schema["x-format"]];
            return "试".repeat(Math.max(schema.minLength ?? 2, 2));
    }
}

function object(api: any, raw: any, ids: Record<string, any>): any {
    const schema = resolve(api, raw);
    return Object.fromEntries((schema.required ?? []).filter((name: string) => !schema.properties[name].readOnly).map((name: string) => [name, value(api, schema.properties[name], ids)]));
}

export function bodySchema(operation: any): any {
    return operation.raw.requestBody?.content?.["application/json"]?.schema;
}

export function validBody(api: any, operation: any, ids: Record<string, any>): any {
    const schema = bodySchema(operation);
    return schema ? object(api, schema, ids) : undefined;
}

/** One mistake each, everything else right. */
export function wrongBodies(api: any, operation: any, ids: Record<string, any>): Wrong[] {
    const schema = resolve(api, bodySchema(operation));
    const good = object(api, schema, ids);
    const found: Wrong[] = [{ field: "no_such_field", why: "unknown key", body: { ...good, no_such_field: 1 } }];
    const partial = schema["x-change"] === true;
    for (const [name, raw] of Object.entries<any>(schema.properties ?? {})) {
        const field = plain(api, raw);
        if (raw.readOnly || field.readOnly) continue;
        const add = (why: string, bad: any) => found.push({ field: name, why, body: { ...good, [name]: bad } });
        const type = typeOf(field);
        if ((schema.required ?? []).includes(name)) {
            if (!partial) found.push({ field: name, why: "missing", body: Object.fromEntries(Object.entries(good).filter(([key]) => key !== name)) });
            add("null", null);
            if (type === "string") add("empty", "");
        }
        if (field.enum) {
            add("no such value", "no_such_value");
            add("a number", 7);
            continue;
        }
        if (type === "string") {
            add("a number", 7);
            add("an object", { a: 1 });
            if (field.format === "date") for (const date of ["2026-02-30", "tomorrow", "2026-13-01"]) add(`the date ${date}`, date);
            else if (field.maxLength && field.maxLength <= 20_000) add("too long", "长".repeat(field.maxLength + 1));
            if (field.minLength > 1) add("too short", "长");
            if (field["x-format"] && !["person_name"].includes(field["x-format"])) add(`no ${field["x-format"]}`, "\u0007\u0008");
            else if (!field["x-note"] && field.format !== "date") add("a control character", "长长长长长长\u0007");
        }
        if (type === "integer") {
            add("text", "seven");
            add("a fraction", 1.5);
            add("an array", [1]);
            add("beyond 64 bits", 1e30);
            if (field.maximum !== undefined && field.maximum < 2 ** 53) add("too large", field.maximum + 1);
            if (field.minimum !== undefined && !field["x-ref"]) add("too small", field.minimum - 1);
        }
        if (type === "boolean") {
            add("text", "yes");
            add("a number", 3);
        }
        if (type === "array") {
            add("an object", {});
            add("an array of numbers", [1]);
        }
    }
    return found;
}
