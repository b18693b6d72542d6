// SPDX-License-Identifier: Apache-2.0
//
// Before all suites: say what is tested, and fail at once when there is nothing to test.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { postgres, programs } from "./place";

export default function setup(): void {
    const place = programs();
    const said = spawnSync(join(place, "anze"), ["--version"], { encoding: "utf8" });
    if (said.status !== 0) throw new Error(`${place}/anze --version: ${said.stderr || said.error}`);
    console.log(`${said.stdout.trim()} from ${place}, on ${postgres ? "PostgreSQL" : "SQLite"}`);
}
