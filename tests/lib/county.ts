// SPDX-License-Identifier: Apache-2.0
//
// A small county made through the interface alone, as its officers would: units, people, address ranges, accounts.
import type { Client } from "./client";
import { Installation } from "./installation";

/* eslint-disable @typescript-eslint/no-explicit-any */
export const ROLES = [
    "county_officer", "regulator", "bureau_leader", "office_director", "unit_officer", "unit_leader",
    "scan_team", "vendor_user", "sys_admin", "sec_admin", "audit_admin",
] as const;
export type Role = (typeof ROLES)[number];

export interface Unit {
    unit_id: number;
    unit_name: string;
}

export class County {
    units: Record<string, Unit> = {};
    clients = new Map<string, Client>();
    private watcher?: (client: Client) => void;

    private constructor(readonly place: Installation) {}

    /** init, serve, administrators, one county officer. */
    static async make(options: { now?: string; watch?: (client: Client) => void } = {}): Promise<County> {
        const place = await Installation.make("init", { now: options.now, name: "示例县数据局" });
        const county = new County(place);
        county.watcher = options.watch;
        await place.serve();
        county.units.root = { unit_id: (await (await county.as("sysadmin")).get("/api/units/tree")).expect(200).items[0].unit_id, unit_name: "示例县数据局" };
        await county.account("officer", "数据局经办人", "county_officer", "root");
        const officer = await county.as("officer");
        (await officer.patch(`/api/units/${county.units.root.unit_id}`, { issuer_code: "示数整", region_code: "330000", short_name: "数据局" })).expect(200);
        return county;
    }

    async as(login: string): Promise<Client> {
        const known = this.clients.get(login);
        if (known) return known;
        const client = await this.place.as(login);
        this.watcher?.(client);
        this.clients.set(login, client);
        return client;
    }

    /** After a restart every session is opened anew, since the clock may have moved on. */
    async restart(now: string): Promise<void> {
        for (const client of this.clients.values()) client.close();
        this.clients.clear();
        await this.place.restart(now);
    }

    /** The system administrator makes the account, the security administrator gives it role and unit. */
    async account(login: string, name: string, role: Role, unit: string): Promise<void> {
        const made = (await (await this.as("sysadmin")).post("/api/users", { login_name: login, display_name: name })).expect(201);
        (await (await this.as("secadmin")).post(`/api/users/${made.user_id}/roles`, { roles: [{ role }], unit_id: this.units[unit].unit_id })).expect(200, 201);
        this.place.accounts.set(login, { login_name: login, password: made.password, display_name: name });
    }

    async unit(key: string, unit_name: string, unit_kind: string, parent = "root"): Promise<Unit> {
        const officer = await this.as("officer");
        const made = (await officer.post("/api/units", { unit_name, unit_kind, parent_id: this.units[parent].unit_id })).expect(201);
        return (this.units[key] = { unit_id: made.unit_id, unit_name: made.unit_name });
    }

    async range(key: string, range_text: string, network_zone = "gov_extranet"): Promise<any> {
        return (await (await this.as("officer")).post("/api/address-ranges", { unit_id: this.units[key].unit_id, range_text, network_zone })).expect(201);
    }

    async post(key: string, post_kind: string, person_name: string): Promise<void> {
        const officer = await this.as("officer");
        const unit_id = this.units[key].unit_id;
        const person = (await officer.post("/api/people", { unit_id, person_name, title: "工作人员", mobile: "13900000000", office_phone: "0000-8000000" })).expect(201);
        (await officer.post(`/api/units/${unit_id}/posts`, { post_kind, person_id: person.person_id, ...(post_kind === "department_head" ? { department: "办公室" } : {}) })).expect(200, 201);
    }

    /** Two bureaus, a school below the first, everybody with an account. */
    async populate(): Promise<this> {
        await this.unit("a", "示例县教育局", "bureau");
        await this.unit("a1", "示例县第一中学", "affiliated_unit", "a");
        await this.unit("b", "示例县卫生健康局", "bureau");
        for (const [post, name] of [["deputy_in_charge", "数据局分管领导"], ["office_director", "数据局办公室主任"]]) await this.post("root", post, name);
        for (const [key, short] of [["a", "教育局"], ["b", "卫健局"]])
            for (const [post, name] of [["party_head", "书记"], ["admin_head", "局长"], ["deputy_in_charge", "分管领导"], ["security_officer", "安全员"], ["security_contact", "联系人"]])
                await this.post(key, post, short + name);
        await this.account("officer2", "数据局复核人", "county_officer", "root");
        await this.account("regulator", "网信办通报员", "regulator", "root");
        await this.account("leader", "数据局局长", "bureau_leader", "root");
        await this.account("leader2", "数据局副局长", "bureau_leader", "root");
        await this.account("director", "数据局办公室主任", "office_director", "root");
        await this.account("scan", "扫描团队", "scan_team", "root");
        await this.account("a_officer", "教育局网络安全员", "unit_officer", "a");
        await this.account("a_leader", "教育局分管领导", "unit_leader", "a");
        await this.account("b_officer", "卫健局网络安全员", "unit_officer", "b");
        await this.account("b_leader", "卫健局分管领导", "unit_leader", "b");
        await this.account("vendor", "运维供应商", "vendor_user", "b");
        return this;
    }

    dispose(): Promise<void> {
        for (const client of this.clients.values()) client.close();
        return this.place.dispose();
    }
}
