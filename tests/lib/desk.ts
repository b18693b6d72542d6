// SPDX-License-Identifier: Apache-2.0
//
// What people do at their desks, in the same words for every browser test: who is signed in, which button is pressed, which
// dialog asks; and the keyboard alone.
import { createHmac } from "node:crypto";

import type { Browser, Download, Locator, Page } from "playwright-core";

import { openBrowser, signIn, visit, type Visitor } from "./browser";
import { Installation } from "./installation";

export class Desk {
    private readonly visitors = new Map<string, Visitor>();
    private constructor(
        readonly place: Installation,
        readonly browser: Browser,
        readonly url: string,
        private readonly words: Record<string, string>,
    ) {}

    /** A label of the server: a field's, a value's. */
    says(key: string): string {
        const text = this.words[key];
        if (text === undefined) throw new Error(`the server has no text ${key}`);
        return text;
    }

    /** A field's label, as the form finds it: its own table's, else that of the table it comes from. */
    label(table: string, field: string): string {
        const parts = table.split("_");
        for (let many = parts.length; many > 0; many--) {
            const text = this.words[`field.${parts.slice(0, many).join("_")}.${field}`];
            if (text) return text;
        }
        return this.says(`field.any.${field}`);
    }

    /** The example county, served, with a browser before it. */
    static async open(now: string): Promise<Desk> {
        const place = await Installation.make("demo", { now });
        const url = (await place.serve()).url;
        const front = await place.client().get("/");
        if (front.status !== 200 || !front.text.includes('id="app"')) throw new Error("this program carries no pages: build the browser side first (./run.sh build)");
        return new Desk(place, await openBrowser(), url, (await place.client().get("/api/words/zh")).expect(200));
    }

    async close(): Promise<void> {
        await this.browser.close();
        await this.place.dispose();
    }

    async as(login: string): Promise<Visitor> {
        const known = this.visitors.get(login);
        if (known) return known;
        const visitor = await this.stranger(login);
        await signIn(visitor, login, this.place.accounts.get(login)!.password);
        return visitor;
    }

    /** A fresh browser profile that is not signed in yet. */
    async stranger(name: string): Promise<Visitor> {
        const visitor = await visit(this.browser, this.url, name);
        this.visitors.set(name, visitor);
        return visitor;
    }

    /** What everybody has before them; for a test that failed. */
    async shootAll(name: string): Promise<void> {
        for (const one of this.visitors.values()) await one.shoot(`failed-${name.replace(/\W+/g, "-").slice(0, 40)}-${one.name}`).catch(() => undefined);
    }

    get complaints(): string[] {
        return [...this.visitors.values()].flatMap((one) => one.complaints.map((text) => `${one.name}: ${text}`));
    }
}

export const button = (within: Page | Locator, name: string): Locator => within.getByRole("button", { name, exact: true });
export const dialog = (page: Page): Locator => page.getByRole("dialog").filter({ visible: true });

/** Presses the button and, in the dialog that asks, the one that does it. */
export async function confirmed(page: Page, name: string, ok = name, reason?: string): Promise<void> {
    await button(page, name).first().click();
    if (reason) await dialog(page).locator("textarea").fill(reason);
    await button(dialog(page), ok).click();
    await dialog(page).waitFor({ state: "hidden" });
}

/** Does something that makes the browser save a file; its bytes. */
export async function saved(page: Page, act: () => Promise<unknown>): Promise<{ name: string; bytes: Buffer }> {
    const [download] = (await Promise.all([page.waitForEvent("download", { timeout: 30_000 }), act()])) as [Download, unknown];
    const { readFileSync } = await import("node:fs");
    return { name: download.suggestedFilename(), bytes: readFileSync((await download.path())!) };
}

// ---- the keyboard alone ----

/** What a person would call the thing that has the focus. */
export function focused(page: Page): Promise<string> {
    return page.evaluate(() => {
        const at = document.activeElement as HTMLElement | null;
        if (!at || at === document.body) return "(nothing)";
        return (at.getAttribute("aria-label") || at.innerText?.trim() || at.getAttribute("name") || at.closest("label")?.innerText.trim() || at.tagName).slice(0, 80);
    });
}

/** Whether the eye sees where the focus is: a ring or a shadow on the thing itself or on what stands around its field. */
export function focusSeen(page: Page): Promise<boolean> {
    return page.evaluate(() => {
        const at = document.activeElement as HTMLElement | null;
        if (!at || at === document.body) return false;
        if (at.tagName === "IFRAME") return true; // the paper within shows its own
        const shown = (one: HTMLElement | null): boolean => {
            if (!one) return false;
            const style = getComputedStyle(one);
            return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
        };
        const box = at.getBoundingClientRect();
        if (box.bottom < 0 || box.top > window.innerHeight || box.right < 0 || box.left > window.innerWidth) return false;
        const field = at.closest<HTMLElement>(".el-input__wrapper, .el-textarea, .el-select__wrapper, .el-radio, .el-checkbox, .search, .el-input-number, label, .drop");
        const inner = field?.querySelector<HTMLElement>(".el-radio__inner, .el-checkbox__inner, .el-input__wrapper, .el-textarea__inner") ?? null;
        return shown(at) || shown(field) || shown(inner);
    });
}

/** Tabs on (or back) until the wanted thing has the focus. Everywhere on the way the focus must be seen. */
export async function tabTo(page: Page, wanted: string | RegExp, options: { back?: boolean; most?: number } = {}): Promise<void> {
    const fits = (text: string): boolean => (typeof wanted === "string" ? text === wanted : wanted.test(text));
    const passed: string[] = [];
    for (let i = 0; i < (options.most ?? 150); i++) {
        await page.keyboard.press(options.back ? "Shift+Tab" : "Tab");
        const now = await focused(page);
        passed.push(now);
        if (now !== "(nothing)" && !(await focusSeen(page))) {
            const html = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
            throw new Error(`the focus on “${now}” cannot be seen: ${html}`);
        }
        if (fits(now)) return;
        const last = passed.slice(-12);
        if (passed.length > 24 && new Set(last).size === 1 && last[0] !== "(nothing)") throw new Error(`the keyboard is caught in “${now}”`);
    }
    throw new Error(`“${wanted}” is not reached with the keyboard; passed ${passed.slice(-40).join(" → ")}`);
}

// ---- the second factor ----

/** The code that an authenticator shows for this key at this time. */
export function codeOf(secret: string, atMs: number): string {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const bits = [...secret.replace(/\s/g, "")].map((one) => letters.indexOf(one).toString(2).padStart(5, "0")).join("");
    const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((one) => parseInt(one, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 30_000)));
    const mac = createHmac("sha1", key).update(counter).digest();
    return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
