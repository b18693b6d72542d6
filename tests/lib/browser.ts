// SPDX-License-Identifier: Apache-2.0
//
// A browser as an officer has it: Chromium at 1366 × 768, offline but for the server. What it asks elsewhere, and what it
// complains about in its console, is kept and held against it.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

import { artefact, root } from "./place";

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--lang=zh-CN"];

let words: Record<string, string> | undefined;
/** A text of the pages, as it stands in their word list; {0} filled. */
export function w(key: string, ...args: Array<string | number>): string {
    words ??= JSON.parse(readFileSync(join(root, "web/src/words/zh.json"), "utf8")) as Record<string, string>;
    const text = words[key];
    if (text === undefined) throw new Error(`the pages have no text ${key}`);
    return args.reduce<string>((sum, arg, at) => sum.replace(`{${at}}`, String(arg)), text);
}

export async function openBrowser(): Promise<Browser> {
    const executablePath = process.env.ANZE_CHROMIUM ?? "/usr/bin/chromium";
    if (!existsSync(executablePath)) throw new Error(`${executablePath} is absent: apt-get install chromium, or say where a Chromium is with ANZE_CHROMIUM=PATH`);
    return chromium.launch({ executablePath, args: FLAGS, timeout: 60_000 });
}

export interface Visitor {
    name: string;
    context: BrowserContext;
    page: Page;
    /** Requests to anywhere but the server, errors of scripts and of the page's security policy. */
    complaints: string[];
    shoot(name: string): Promise<void>;
}

export async function visit(browser: Browser, url: string, name: string): Promise<Visitor> {
    const context = await browser.newContext({ baseURL: url, viewport: { width: 1366, height: 768 }, locale: "zh-CN", timezoneId: "Asia/Shanghai", acceptDownloads: true, reducedMotion: "reduce" });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const complaints: string[] = [];
    page.on("request", (request) => {
        const target = request.url();
        if (!target.startsWith(url) && !/^(data|blob|about|chrome|chrome-extension):/.test(target)) complaints.push(`asks ${target}`);
    });
    page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
    page.on("console", (message) => {
        // A refusal that the page shows to its user is also a line in the console; that is no fault of the page.
        if ((message.type() === "error" || message.type() === "warning") && !/Failed to load resource: the server responded with a status of (401|403|404|409|422)/.test(message.text())) complaints.push(`console: ${message.text()}`);
    });
    return {
        name,
        context,
        page,
        complaints,
        shoot: async (file) => {
            await page.screenshot({ path: artefact("ui", `${file}.png`) });
        },
    };
}

/** Fills in the log-in form and waits for the first page. */
export async function signIn(visitor: Visitor, login: string, password: string): Promise<void> {
    const { page } = visitor;
    await page.goto("/login");
    await page.locator('input[name="username"]').fill(login);
    await page.locator('input[name="password"]').fill(password);
    await page.getByRole("button", { name: w("login.sign_in"), exact: true }).click();
    await page.waitForURL("**/workbench");
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core calls serious or critical on the page as it stands, by all rules or by these alone. */
export async function axeIn(page: Page, only?: string[]): Promise<string[]> {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    const found = await page.evaluate(async (rules) => await (window as any).axe.run(document, { resultTypes: ["violations"], ...(rules ? { runOnly: rules } : {}) }), only);
    return (found.violations as Array<{ id: string; impact: string; help: string; nodes: Array<{ html: string }> }>)
        .filter((one) => one.impact === "serious" || one.impact === "critical")
        .map((one) => `${one.id} (${one.impact}): ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}${one.nodes.length > 3 ? ` and ${one.nodes.length - 3} more` : ""}`);
}

export const seriousFindings = (page: Page): Promise<string[]> => axeIn(page);
