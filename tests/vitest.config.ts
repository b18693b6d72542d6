// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from "vitest/config";

const suites = ["api", "cli", "torture", "ui"];
const wanted = (process.env.ANZE_SUITE ?? "").split(",").filter(Boolean);
for (const one of wanted)
    if (!suites.includes(one)) throw new Error(`ANZE_SUITE=${one}: no such suite; there are ${suites.join(", ")}`);
const some = wanted.length ? wanted : suites;

export default defineConfig({
    test: {
        include: some.map((one) => `${one}/**/*.test.ts`),
        globalSetup: ["lib/setup.ts"],
        testTimeout: 60_000,
        hookTimeout: 120_000,
        teardownTimeout: 20_000,
        pool: "forks",
        // Each file has servers of its own. On PostgreSQL every server holds many connections, so one at a time there.
        poolOptions: { forks: { minForks: 1, maxForks: process.env.ANZE_TEST_PG ? 1 : 2 } },
        sequence: { hooks: "list" },
        reporters: process.env.CI ? [["default", { summary: false }]] : ["default"],
    },
});
