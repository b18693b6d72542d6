// SPDX-License-Identifier: Apache-2.0
//
// The closing line "N passed, N failed, N skipped", alone, so that whoever reads a log finds it.
import type { Reporter, TestModule } from "vitest/node";

export default class Closing implements Reporter {
    onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
        let passed = 0;
        let failed = 0;
        let skipped = 0;
        for (const module of modules) {
            for (const test of module.children.allTests()) {
                const state = test.result().state;
                if (state === "passed") passed++;
                else if (state === "failed") failed++;
                else skipped++;
            }
            // A file or a suite whose set-up failed has failed, although none of its tests ran.
            if (module.errors().length) failed++;
            for (const suite of module.children.allSuites()) if (suite.errors().length) failed++;
        }
        console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
    }
}
