// SPDX-License-Identifier: Apache-2.0
//
// Every screen of the browser side, read from the folders that bring them, as the shell itself finds them; and what must
// hold on a screen whatever it shows: it fits, nothing is cut off, it is held against axe-core, in both languages.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "playwright-core";

import { root } from "./place";

/** The route patterns of all screens, "/units/:id(\\d+)/edit" as "/units/:id/edit". */
export function screenRoutes(): string[] {
    const folders = [join(root, "web/src/screens"), join(root, "src/domain")];
    const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name, folder.endsWith("domain") ? "ui/index.ts" : "index.ts")));
    const found = files.filter((one) => existsSync(one)).flatMap((one) => [...readFileSync(one, "utf8").matchAll(/\bpath: '([^']+)'/g)].map((match) => match[1]));
    if (found.length < 30) throw new Error(`only ${found.length} screens found: have they moved?`);
    return [...new Set(found.map((one) => one.replace(/\(\\\\d\+\)/g, "")))].sort();
}

/** The paths that this person's menu leads to. */
export async function menuPaths(page: Page): Promise<string[]> {
    return page.locator("nav.menu a.item").evaluateAll((items) => items.map((one) => one.getAttribute("href")!));
}

/** Goes to a screen as a click on a link does, without loading the pages anew, and waits until it stands. */
export async function goTo(page: Page, path: string): Promise<void> {
    await page.evaluate(async (to) => {
        // eslint-disable-next-line @typescript-eslint/no-explicit-any
        await (document.querySelector("#app") as any).__vue_app__.config.globalProperties.$router.push(to);
    }, path);
    await settled(page);
}

/** Nothing is loading any more: the heading stands, and the page has asked for nothing for a moment. */
export async function settled(page: Page): Promise<void> {
    await page.locator("h1").first().waitFor();
    await page.evaluate(async () => {
        const quiet = 60;
        for (let last = -1, since = performance.now(), begun = since; performance.now() - since < quiet && performance.now() - begun < 8000; ) {
            await new Promise((resolve) => setTimeout(resolve, 20));
            // Each answered request is an entry; what is still on its way shows a placeholder.
            const now = performance.getEntriesByType("resource").length;
            if (now !== last || document.querySelector("main .sk, main [aria-busy=true]")) {
                last = now;
                since = performance.now();
            }
        }
        if (performance.getEntriesByType("resource").length > 150) performance.clearResourceTimings();
    });
}

export async function turnLanguage(page: Page, to: "zh" | "en"): Promise<void> {
    if ((await page.evaluate(() => document.documentElement.lang)).startsWith(to)) return;
    await page.locator("header .lang").click();
    await page.waitForFunction((lang) => document.documentElement.lang.startsWith(lang), to);
}

/** What does not fit, is cut off or shows what no person should see; each line names it. */
export async function layoutFaults(page: Page): Promise<string[]> {
    return page.evaluate(() => {
        const found: string[] = [];
        const main = document.querySelector<HTMLElement>("#main") ?? document.body;
        const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
        if (wide > 0) found.push(`the page is ${wide} pixels too wide`);
        if (main.scrollWidth - main.clientWidth > 0) found.push(`the content is ${main.scrollWidth - main.clientWidth} pixels too wide`);
        const scrolls = (at: Element | null): boolean => {
            for (let one = at; one && one !== main; one = one.parentElement) if (/auto|scroll/.test(getComputedStyle(one).overflowX)) return true;
            return false;
        };
        for (const one of Array.from(document.querySelectorAll<HTMLElement>("button, a.el-button, [role=button], [role=tab], .el-radio-button__inner, .el-check-tag"))) {
            const box = one.getBoundingClientRect();
            if (!box.width || !box.height || getComputedStyle(one).visibility === "hidden" || one.closest(".sr, .skip")) continue;
            const name = (one.innerText || one.getAttribute("aria-label") || one.outerHTML.slice(0, 80)).trim().slice(0, 60);
            if ((box.right > window.innerWidth + 1 || box.left < -1) && !scrolls(one)) found.push(`button “${name}” lies outside the page`);
            const style = getComputedStyle(one);
            // An account's or a unit's name may be shortened with dots; a command may not.
            const dots = one.querySelector(".ellipsis") || one.matches(".ellipsis") || style.textOverflow === "ellipsis";
            if (!dots && one.scrollWidth > one.clientWidth + 1 && style.overflowX !== "visible") found.push(`button “${name}” is cut off`);
            if (!dots && style.display !== "inline" && one.scrollHeight > one.clientHeight + 2 && style.overflowY !== "visible") found.push(`button “${name}” is cut off below`);
            for (let at = one.parentElement; at && at !== main; at = at.parentElement) {
                const around = getComputedStyle(at);
                if (around.overflowX !== "hidden" && around.overflowX !== "clip") continue;
                const edge = at.getBoundingClientRect();
                if (edge.width && (box.left < edge.left - 2 || box.right > edge.right + 2)) found.push(`button “${name}” is cut off by ${at.className || at.tagName}`);
                break;
            }
        }
        const text = main.innerText;
        const odd = /\b(undefined|NaN|null|\[object Object\])\b/.exec(text);
        if (odd) found.push(`shows ${odd[0]}: ${text.slice(Math.max(0, odd.index - 30), odd.index + 30).replace(/\s+/g, " ")}`);
        const key = /\b(field|enum|help|nav|letter|finding|case|duty|coll|pledge|reorg|unit|meeting|import|bench)\.[a-z_]+(\.[a-z_]+)?\b(?!\.[a-z])/.exec(text);
        if (key && !/\.(xlsx|csv|pdf|docx|txt|xml|example|cn)$/.test(key[0])) found.push(`shows the key ${key[0]} instead of a text`);
        return found;
    });
}

/** Chinese left over where the page itself speaks: commands, labels, headings of columns. Names from the data are not the page's. */
export async function leftInChinese(page: Page): Promise<string[]> {
    return page.evaluate(() => {
        const found: string[] = [];
        for (const one of Array.from(document.querySelectorAll<HTMLElement>("main button, main th, main label, main legend, main [role=tab], nav.menu a, main input, main textarea"))) {
            if (one.closest("[data-own-words], td, li") || !one.getClientRects().length) continue;
            const said = one.matches("input, textarea") ? (one.getAttribute("placeholder") ?? "") : one.innerText;
            // An article is cited, a paper numbered in the language of the law.
            if (/[\u4e00-\u9fff]/.test(said) && !/[A-Za-z]{4}|第.{1,5}(条|部分)|附件|〔\d{4}〕/.test(said)) found.push(said.trim().slice(0, 60));
        }
        return [...new Set(found)];
    });
}

