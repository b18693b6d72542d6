// SPDX-License-Identifier: Apache-2.0
//
// Behind a front proxy: the address that counts is the one the proxy saw, and only a proxy that the operator named is believed.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { Installation } from "../lib/installation";

/** The address that the session of a log-in with this header is kept under. */
async function remoteOf(installation: Installation, forwarded: string | undefined): Promise<string> {
    const account = [...installation.accounts.values()][0];
    const reply = await fetch(`${installation.server!.url}/api/sessions`, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...(forwarded ? { "X-Forwarded-For": forwarded } : {}) },
        body: JSON.stringify({ login_name: account.login_name, password: account.password, api: true }),
    });
    expect(reply.status).toBe(201);
    return installation.sql("SELECT remote FROM access_session ORDER BY started_ms DESC LIMIT 1");
}

it("believes X-Forwarded-For from a proxy that was named, and reads it from the right", async () => {
    const installation = await Installation.make("init");
    writeFileSync(join(installation.data, "config.json"), JSON.stringify({ trusted_proxies: "127.0.0.1, ::1" }));
    await installation.serve();
    expect(await remoteOf(installation, undefined)).toBe("127.0.0.1");
    expect(await remoteOf(installation, "203.0.113.9")).toBe("203.0.113.9");
    expect(await remoteOf(installation, "10.1.1.1, 203.0.113.10")).toBe("203.0.113.10");
    expect(await remoteOf(installation, "203.0.113.11, 127.0.0.1")).toBe("203.0.113.11");
    await installation.dispose();
});

it("does not believe it from anybody else", async () => {
    const installation = await Installation.make("init");
    writeFileSync(join(installation.data, "config.json"), JSON.stringify({ trusted_proxies: "192.0.2.0/24" }));
    await installation.serve();
    expect(await remoteOf(installation, "203.0.113.9")).toBe("127.0.0.1");
    await installation.dispose();
});

it("does not start with a proxy that is no address, and says which", async () => {
    const installation = await Installation.make("init");
    const ran = await installation.anze(["serve", "--listen", "127.0.0.1:0", "--trusted-proxies", "10.0.0.1,proxy.example"], { timeoutMs: 30_000 });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("proxy.example");
    await installation.dispose();
});
