// SPDX-License-Identifier: Apache-2.0
//
// A spreadsheet as a table of texts, and back. A template is filled the way a person does it: the file keeps everything
// it had, rows are added below its header.
import { unzip, zip, type Entry } from "./zip";

export type Cell = string | number | null;

function unescape(text: string): string {
    return text
        .replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(parseInt(hex, 16)))
        .replace(/&#(\d+);/g, (_, dec: string) => String.fromCodePoint(Number(dec)))
        .replace(/&lt;/g, "<")
        .replace(/&gt;/g, ">")
        .replace(/&quot;/g, '"')
        .replace(/&apos;/g, "'")
        .replace(/&amp;/g, "&");
}

function escape(text: string): string {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

export function columnName(at: number): string {
    let name = "";
    for (let n = at + 1; n > 0; n = Math.floor((n - 1) / 26)) name = String.fromCharCode(65 + ((n - 1) % 26)) + name;
    return name;
}

function columnAt(name: string): number {
    return [...name].reduce((sum, one) => sum * 26 + one.charCodeAt(0) - 64, 0) - 1;
}

const texts = (xml: string) => [...xml.matchAll(/<t(?:\s[^>]*)?>([\s\S]*?)<\/t>/g)].map((one) => unescape(one[1])).join("");

/** The first sheet: rows by their number (1 = the first), cells by column. */
export function readSheet(file: Buffer, sheet = "xl/worksheets/sheet1.xml"): Map<number, string[]> {
    const entries = new Map(unzip(file).map((one) => [one.name, one.bytes.toString("utf8")]));
    const strings = [...(entries.get("xl/sharedStrings.xml") ?? "").matchAll(/<si>([\s\S]*?)<\/si>/g)].map((one) => texts(one[1]));
    const xml = entries.get(sheet);
    if (!xml) throw new Error(`no ${sheet} in ${[...entries.keys()].join(", ")}`);
    const rows = new Map<number, string[]>();
    for (const row of xml.matchAll(/<row r="(\d+)"[^>]*?(?:\/>|>([\s\S]*?)<\/row>)/g)) {
        const cells: string[] = [];
        for (const cell of (row[2] ?? "").matchAll(/<c r="([A-Z]+)\d+"([^>]*?)(?:\/>|>([\s\S]*?)<\/c>)/g)) {
            const kind = /t="(\w+)"/.exec(cell[2])?.[1];
            const value = /<v>([\s\S]*?)<\/v>/.exec(cell[3] ?? "")?.[1] ?? "";
            cells[columnAt(cell[1])] = kind === "s" ? strings[Number(value)] : kind === "inlineStr" ? texts(cell[3] ?? "") : unescape(value);
        }
        rows.set(Number(row[1]), Array.from(cells, (one) => one ?? ""));
    }
    return rows;
}

function rowXml(number: number, cells: Cell[]): string {
    const inner = cells.map((value, at) => {
        if (value === null || value === "") return "";
        const place = `${columnName(at)}${number}`;
        return typeof value === "number" ? `<c r="${place}"><v>${value}</v></c>` : `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${escape(value)}</t></is></c>`;
    });
    return `<row r="${number}">${inner.join("")}</row>`;
}

/** The template with these rows from row `from` on; what stood there (example rows) is replaced. */
export function fillTemplate(template: Buffer, from: number, rows: Cell[][]): Buffer {
    return zip(
        unzip(template).map((entry): Entry => {
            if (entry.name !== "xl/worksheets/sheet1.xml") return entry;
            let xml = entry.bytes.toString("utf8");
            xml = xml.replace(/<row r="(\d+)"[^>]*?(?:\/>|>[\s\S]*?<\/row>)/g, (row, number) => (Number(number) >= from ? "" : row));
            xml = xml.replace(/<\/sheetData>|<sheetData\/>/, (end) => {
                const added = rows.map((cells, i) => rowXml(from + i, cells)).join("");
                return end === "<sheetData/>" ? `<sheetData>${added}</sheetData>` : `${added}</sheetData>`;
            });
            xml = xml.replace(/<dimension ref="[^"]*"\/>/, "");
            return { name: entry.name, bytes: Buffer.from(xml, "utf8") };
        }),
    );
}

/** A plain workbook of one sheet. rowXmls: rows as raw XML, for what no program writes. */
export function workbook(rows: Cell[][], options: { name?: string; rowXmls?: string[] } = {}): Buffer {
    const sheet =
        '<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' +
        rows.map((cells, i) => rowXml(i + 1, cells)).join("") +
        (options.rowXmls ?? []).join("") +
        "</sheetData></worksheet>";
    return package_(sheet, options.name ?? "Sheet1");
}

function package_(sheet: string, name: string): Buffer {
    const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const types = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    const file = (name: string, xml: string): Entry => ({ name, bytes: Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\n' + xml.replace(/^<\?xml.*\?>\n/, "")) });
    return zip([
        file(
            "[Content_Types].xml",
            `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${types}.worksheet+xml"/></Types>`,
        ),
        file("_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>`),
        file("xl/workbook.xml", `<workbook xmlns="${main}" xmlns:r="${rel}"><sheets><sheet name="${escape(name)}" sheetId="1" r:id="rId1"/></sheets></workbook>`),
        file("xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`),
        file("xl/worksheets/sheet1.xml", sheet),
    ]);
}
