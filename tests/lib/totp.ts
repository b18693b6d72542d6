// SPDX-License-Identifier: Apache-2.0
//
// Codes of the second factor (RFC 6238), as an authenticator shows them.
import { createHmac } from "node:crypto";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const bytes = (text: string): Buffer => Buffer.from((text.split("").map((one) => LETTERS.indexOf(one).toString(2).padStart(5, "0")).join("").match(/.{8}/g) ?? []).map((one) => parseInt(one, 2)));

export function totp(secret: string, atMs: number, steps = 0): string {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 30_000) + steps));
    const mac = createHmac("sha1", bytes(secret)).update(counter).digest();
    return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
