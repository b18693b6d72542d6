// SPDX-License-Identifier: Apache-2.0
//
// Where things are: the programs, the samples, the artefacts, scratch folders.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** The folder of the programs: $ANZE_BIN, else the build that is there. */
export function programs(): string {
    const places = process.env.ANZE_BIN
        ? [resolve(process.env.ANZE_BIN)]
        : ["build/release", "build/debug"].map((one) => join(root, one));
    for (const place of places) if (existsSync(join(place, "anze"))) return place;
    throw new Error(`no program "anze" in ${places.join(" or ")}: build it (./run.sh build), or say where it is with ANZE_BIN=FOLDER`);
}

/** A file of the shared samples: $ANZE_SHARED, else the folder "shared" beside the checkout. */
export function shared(...parts: string[]): string {
    const base = process.env.ANZE_SHARED ? resolve(process.env.ANZE_SHARED) : resolve(root, "../shared");
    const path = join(base, ...parts);
    if (!existsSync(path))
        throw new Error(`${path} is absent: these tests read the sample files in shared/data; put that folder beside the checkout, or say where it is with ANZE_SHARED=FOLDER`);
    return path;
}

/** A file to keep for people: tests/artefacts/NAME (left out of git). */
export function artefact(...name: string[]): string {
    const path = join(root, "tests/artefacts", ...name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
}

const scratches = new Set<string>();
process.on("exit", () => {
    if (!process.env.ANZE_KEEP) for (const one of scratches) rmSync(one, { recursive: true, force: true });
});

/** A folder that goes away with the process (ANZE_KEEP=1 keeps it). */
export function scratch(name = "t"): string {
    const path = mkdtempSync(join(tmpdir(), `anze-test-${name}-`));
    scratches.add(path);
    return path;
}

export function drop(path: string): void {
    if (process.env.ANZE_KEEP) return;
    rmSync(path, { recursive: true, force: true });
    scratches.delete(path);
}

/** Whether the suites run on PostgreSQL (tests/pg.sh sets it). */
export const postgres = process.env.ANZE_TEST_PG ?? "";
