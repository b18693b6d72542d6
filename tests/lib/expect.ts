// SPDX-License-Identifier: Apache-2.0
//
// What several suites ask in the same words.
import { expect } from "vitest";

import type { Answer, Client } from "./client";

/** The newest ledger entry of a subject with this verb exists; gives it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export async function ledgerHas(client: Client, verb: string, subject_kind?: string, subject_id?: number): Promise<any> {
    const query = new URLSearchParams({ verb, ...(subject_kind ? { subject_kind } : {}), ...(subject_id ? { subject_id: String(subject_id) } : {}) });
    const found = (await client.get(`/api/ledger?${query}`)).expect(200).items;
    expect(found.length, `no ledger entry ${verb} about ${subject_kind} ${subject_id}`).toBeGreaterThan(0);
    return found[0];
}

/** Refused with this status, and with a message for the user. */
export function refused(answer: Answer, status: number, field?: string): void {
    expect(answer.status, answer.text).toBe(status);
    expect(answer.json.error.message.length).toBeGreaterThan(0);
    if (field) expect(answer.faults.map((one) => one.field)).toContain(field);
}
