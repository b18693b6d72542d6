// SPDX-License-Identifier: Apache-2.0
import { run } from "./run";

/** The text of a PDF, without the breaks that layout puts in. */
export async function pdfText(bytes: Buffer): Promise<string> {
    const { mkdtempSync, rmSync, writeFileSync } = await import("node:fs");
    const { join } = await import("node:path");
    const { tmpdir } = await import("node:os");
    const folder = mkdtempSync(join(tmpdir(), "anze-pdf-"));
    try {
        writeFileSync(join(folder, "a.pdf"), bytes);
        const ran = await run("pdftotext", ["-raw", "-enc", "UTF-8", join(folder, "a.pdf"), "-"]);
        if (ran.code !== 0) throw new Error(`pdftotext: ${ran.stderr}`);
        return ran.stdout.replace(/\s+/g, "");
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}
