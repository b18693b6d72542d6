// SPDX-License-Identifier: Apache-2.0
//
// The scanner samples, and newer scans made from them by editing the real file as a later run would have changed it.
import { readFileSync } from "node:fs";

import { shared } from "./place";

export interface Sample {
    format: string;
    file: string;
    path: string;
    findings: number;
    hosts: string;
    ports: string;
}

export function samples(): Sample[] {
    const lines = readFileSync(shared("data", "scans", "INDEX.tsv"), "utf8").trim().split("\n");
    const head = lines[0].split("\t");
    return lines.slice(1).map((line) => {
        const row = Object.fromEntries(line.split("\t").map((value, at) => [head[at], value]));
        return { format: row.format, file: row.file, path: shared("data", "scans", row.format, row.file), findings: Number(row.findings), hosts: row.hosts, ports: row.ports };
    });
}

export function sample(format: string, file: string): Buffer {
    return readFileSync(shared("data", "scans", format, file));
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const two = (n: number) => String(n).padStart(2, "0");

/** "2026-10-08T10:00:00" as scanners of the C family print it. */
function ctime(at: Date): string {
    return `${days[at.getUTCDay()]} ${months[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2, " ")} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} ${at.getUTCFullYear()}`;
}

/** The Nessus file as a later scan at this time (Chinese time) would be, without the findings of these plugins. */
export function laterNessus(file: Buffer, at: string, without: string[] = []): Buffer {
    const ms = Date.parse(`${at}+08:00`);
    const local = new Date(`${at}Z`);
    let xml = file.toString("utf8");
    xml = xml.replace(/(name="HOST_START">)[^<]*/g, `$1${ctime(local)}`).replace(/(name="HOST_END">)[^<]*/g, `$1${ctime(new Date(local.getTime() + 600_000))}`);
    xml = xml.replace(/(name="HOST_START_TIMESTAMP">)[^<]*/g, `$1${ms / 1000}`).replace(/(name="HOST_END_TIMESTAMP">)[^<]*/g, `$1${ms / 1000 + 600}`);
    for (const plugin of without) {
        const before = xml.length;
        xml = xml.replace(new RegExp(`<ReportItem [^>]*pluginID="${plugin}"[^>]*>[\\s\\S]*?</ReportItem>\\s*`, "g"), "");
        if (xml.length === before) throw new Error(`the sample has no plugin ${plugin}`);
    }
    return Buffer.from(xml, "utf8");
}

/** A small nmap file: what one host answered on which port. */
export function nmapOf(address: string, at: string, ports: Array<[port: number, state: "open" | "closed" | "filtered"]>): Buffer {
    const seconds = Date.parse(`${at}+08:00`) / 1000;
    const rows = ports.map(([port, state]) => `<port protocol="tcp" portid="${port}"><state state="${state}" reason="syn-ack" reason_ttl="0"/><service name="http" method="table" conf="3"/></port>`);
    return Buffer.from(`<?xml version="1.0"?>
<nmaprun scanner="nmap" args="nmap -oX - ${address}" start="${seconds}" startstr="${ctime(new Date(`${at}Z`))}" version="7.93" xmloutputversion="1.05">
<scaninfo type="syn" protocol="tcp" numservices="${ports.length}" services="${ports.map(([port]) => port).join(",")}"/>
<host starttime="${seconds}" endtime="${seconds + 20}"><status state="up" reason="echo-reply" reason_ttl="64"/>
<address addr="${address}" addrtype="ipv4"/>
<ports>${rows.join("\n")}</ports></host>
<runstats><finished time="${seconds + 20}" elapsed="20"/><hosts up="1" down="0" total="1"/></runstats>
</nmaprun>
`);
}

/** A small Nessus file of one host. */
export function nessusOf(address: string, at: string, items: Array<{ port: number; plugin: number; name: string; severity: number }>): Buffer {
    const local = new Date(`${at}Z`);
    const rows = items.map(
        (one) =>
            `<ReportItem port="${one.port}" svc_name="www" protocol="tcp" severity="${one.severity}" pluginID="${one.plugin}" pluginName="${one.name}" pluginFamily="General"><description>d</description><solution>s</solution><risk_factor>${["None", "Low", "Medium", "High", "Critical"][one.severity]}</risk_factor></ReportItem>`,
    );
    return Buffer.from(`<?xml version="1.0" ?>
<NessusClientData_v2><Report name="later"><ReportHost name="${address}"><HostProperties>
<tag name="HOST_END">${ctime(new Date(local.getTime() + 600_000))}</tag><tag name="host-ip">${address}</tag><tag name="HOST_START">${ctime(local)}</tag>
</HostProperties>
${rows.join("\n")}
</ReportHost></Report></NessusClientData_v2>
`);
}
