// SPDX-License-Identifier: Apache-2.0
//
// Entries of the register made at random from the interface description: every field, every kind of system, and texts as
// nasty as people's sheets. One seed gives one register.

/* eslint-disable @typescript-eslint/no-explicit-any */
export class Dice {
    private state: number;
    /** spoilt: also texts that look like numbers a spreadsheet has spoilt; an import refuses those where it does not know them. */
    constructor(
        readonly seed: number,
        readonly spoilt = true,
    ) {
        this.state = seed >>> 0 || 1;
    }

    /** mulberry32 */
    next(): number {
        this.state = (this.state + 0x6d2b79f5) >>> 0;
        let t = this.state;
        t = Math.imul(t ^ (t >>> 15), t | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    }

    below(n: number): number {
        return Math.floor(this.next() * n);
    }

    chance(p: number): boolean {
        return this.next() < p;
    }

    pick<T>(items: readonly T[]): T {
        return items[this.below(items.length)];
    }

    digits(n: number): string {
        return Array.from({ length: n }, () => String(this.below(10))).join("");
    }

    hex(n: number): string {
        return Array.from({ length: n }, () => this.below(16).toString(16)).join("");
    }
}

/** What sheets and CSV files break on. 𠀀 𡃁 𪜶 𠮷 lie outside the basic plane. */
const SPOILT = ["1.1E5", "100000000000000000"];
const DIRT = [
    "𠀀𡃁𪜶", "𠮷野", "张𬎆", '"引号"', "'单引号'", "“中文引号”", "a,b;c", "甲\\乙", "<b>&amp;</b>", "=1+1", "+8613", "-5", "@cmd", "'=2+2", "''@x", "0012", "007", "1e3", "3.14",
    "110101199003077512", "TRUE", "#N/A", "_x0041_", "_x000D_", "是", "否", "无", "注：说明", "合计", "2026年1月9日", "2026/1/9", "45678", "　全角　空格", "a  b", "🏛", "ﾊﾝｶｸ", "NULL", "%s%n", "${x}", "{0}", "|", "表\u00a0内", "é", "ё",
];

export function dirty(dice: Dice, max: number, lines: boolean): string {
    let text = "";
    for (let parts = 1 + dice.below(3); parts > 0; parts--) text += (dice.spoilt && dice.chance(0.05) ? dice.pick(SPOILT) : dice.pick(DIRT)) + (lines && dice.chance(0.3) ? dice.pick(["\n", "\n\n", "\t"]) : "");
    const cut = [...text].slice(0, max).join("").trim();
    // Pieces put together may look like such a number by accident.
    const spoilt = /^\d+\.?\d*e[+-]?\d+$|^\d{15,}000$/i.test(cut.replace(/[\s\u3000\u00a0]/g, ""));
    return !cut || (spoilt && !dice.spoilt) ? "默认" : cut;
}

const FORMATS: Record<string, (dice: Dice) => string> = {
    phone: (d) => d.pick([`139${d.digits(8)}`, `0580-8${d.digits(6)}`, `0580-8${d.digits(6)}`]),
    email: (d) => `a${d.hex(6)}@shili.example`,
    person_name: (d) => d.pick(["张三丰", "欧阳修远", "𠮷田", "阿卜杜拉·买买提", "王𬎆", "李四"]),
    icp_no: (d) => `浙ICP备${d.digits(8)}号-${1 + d.below(20)}`,
    psb_no: (d) => `浙公网安备${d.digits(d.pick([13, 14]))}号`,
    filing_no: (d) => d.pick([`${d.digits(11)}-${d.digits(5)}`, `33${d.digits(9)}-26001`, `A${d.digits(9)}`]),
    gov_site_code: (d) => d.pick([d.digits(10), `bm${d.digits(8)}`]),
    wx_origin_id: (d) => `gh_${d.hex(12)}`,
    miniapp_appid: (d) => `wx${d.hex(16)}`,
    url: (d) => d.pick([`https://h${d.hex(5)}.shili.example/`, `http://10.20.${d.below(255)}.${d.below(255)}:${8000 + d.below(999)}/a/b?c=1&d=%E4%B8%AD`, `https://h${d.hex(4)}.shili.example:8443/登录`]),
    domain: (d) => `d${d.hex(6)}.shili.example`,
    ip: (d) => d.pick([`10.${d.below(255)}.${d.below(255)}.${d.below(255)}`, `2001:db8::${d.hex(4)}`]),
};

export interface Schemas {
    [name: string]: { properties?: Record<string, any>; enum?: string[] };
}

/** enum of a property, through its reference. */
function choices(schemas: Schemas, property: any): string[] | undefined {
    const ref: string | undefined = property.$ref ?? property.anyOf?.find((one: any) => one.$ref)?.$ref;
    return ref ? schemas[ref.split("/").pop()!].enum : property.enum;
}

function value(dice: Dice, schemas: Schemas, property: any, units: number[]): unknown {
    const list = choices(schemas, property);
    if (list) return dice.pick(list);
    const types = [property.type].flat();
    if (property["x-ref"]) return dice.pick(units);
    if (types.includes("boolean")) return dice.chance(0.5);
    if (property["x-unit"] === "fen") return dice.pick([0, 1, 99, 100, 123456789, -505, dice.below(1e9)]);
    if (types.includes("integer")) {
        const least = property.minimum ?? 0;
        const most = property.maximum ?? 1000;
        return dice.pick([least, most, least + dice.below(Math.min(most - least + 1, 1e6))]);
    }
    if (property.format === "date") return `20${10 + dice.below(20)}-${String(1 + dice.below(12)).padStart(2, "0")}-${String(1 + dice.below(28)).padStart(2, "0")}`;
    const format = FORMATS[property["x-format"]];
    return format ? format(dice) : dirty(dice, property.maxLength ?? 200, property["x-note"] === true);
}

/** A body for POST /api/systems that the checks across fields let pass. full: nearly every field filled. */
export function randomSystem(dice: Dice, schemas: Schemas, units: number[], type: string, n: number, full: number): Record<string, unknown> {
    const body: Record<string, any> = {};
    for (const [name, property] of Object.entries(schemas.InfoSystem.properties!)) {
        if (property.readOnly || name === "endpoints" || name === "version") continue;
        if (!dice.chance(full)) continue;
        body[name] = value(dice, schemas, property, units);
        // A masked or personal text carries no star; a name of people has no digits.
        if (property["x-flags"]?.includes("personal") && !property["x-format"]) body[name] = dice.pick(["运维组 张三", "值班室"]);
    }
    body.system_name = `${dirty(dice, 60, false)}系统${n}`;
    body.system_type = type;
    body.unit_id = dice.pick(units);
    for (const [early, late] of [["start_date", "online_date"], ["start_date", "acceptance_date"], ["filing_date", "filing_valid_to"], ["eval_date", "eval_valid_to"], ["crypto_eval_date", "crypto_eval_valid_to"]])
        if (body[early] && body[late] && body[early] > body[late]) body[late] = body[early];
    if (body.s_level !== undefined && body.a_level !== undefined) body.mlps_level = Math.max(body.s_level, body.a_level);
    if (body.major_risk_count !== undefined && body.major_risk_fixed !== undefined) body.major_risk_fixed = Math.min(body.major_risk_count, body.major_risk_fixed);
    body.endpoints = Array.from({ length: dice.pick([0, 1, 1, 2, 5]) }, () => {
        const row: Record<string, any> = {};
        for (const [name, property] of Object.entries(schemas.SystemEndpoint.properties!)) if (!property.readOnly && dice.chance(0.7)) row[name] = value(dice, schemas, property, units);
        if (!row.url && !row.domain && !row.ip) row.ip = FORMATS.ip(dice);
        return row;
    });
    return body;
}
