// SPDX-License-Identifier: Apache-2.0
//
// Reading and writing zip files, as little as the spreadsheets and the hostile files of these tests need.
import { deflateRawSync, inflateRawSync } from "node:zlib";

export interface Entry {
    name: string;
    bytes: Buffer;
}

const table = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
});

export function crc32(bytes: Buffer): number {
    let c = 0xffffffff;
    for (const one of bytes) c = table[(c ^ one) & 0xff] ^ (c >>> 8);
    return (c ^ 0xffffffff) >>> 0;
}

export function unzip(file: Buffer): Entry[] {
    const end = file.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
    if (end < 0) throw new Error("no zip file");
    const many = file.readUInt16LE(end + 10);
    const entries: Entry[] = [];
    let at = file.readUInt32LE(end + 16);
    for (let i = 0; i < many; i++) {
        const method = file.readUInt16LE(at + 10);
        const packed = file.readUInt32LE(at + 20);
        const nameLength = file.readUInt16LE(at + 28);
        const skip = file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
        const local = file.readUInt32LE(at + 42);
        const name = file.toString("utf8", at + 46, at + 46 + nameLength);
        const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
        const raw = file.subarray(start, start + packed);
        entries.push({ name, bytes: method === 0 ? Buffer.from(raw) : inflateRawSync(raw) });
        at += 46 + nameLength + skip;
    }
    return entries;
}

/** `lie` (tests of zip bombs): the sizes that the headers state instead of the true ones. */
export function zip(entries: Array<Entry & { lie?: number; packed?: { bytes: Buffer; size: number; crc: number } }>): Buffer {
    const parts: Buffer[] = [];
    const directory: Buffer[] = [];
    let offset = 0;
    for (const entry of entries) {
        const name = Buffer.from(entry.name, "utf8");
        const packed = entry.packed?.bytes ?? deflateRawSync(entry.bytes);
        const size = entry.lie ?? entry.packed?.size ?? entry.bytes.length;
        const crc = entry.packed?.crc ?? crc32(entry.bytes);
        const head = Buffer.alloc(30);
        head.writeUInt32LE(0x04034b50, 0);
        head.writeUInt16LE(20, 4);
        head.writeUInt16LE(0x0800, 6);
        head.writeUInt16LE(8, 8);
        head.writeUInt32LE(crc, 14);
        head.writeUInt32LE(packed.length, 18);
        head.writeUInt32LE(size >>> 0, 22);
        head.writeUInt16LE(name.length, 26);
        const row = Buffer.alloc(46);
        row.writeUInt32LE(0x02014b50, 0);
        row.writeUInt16LE(20, 4);
        head.copy(row, 6, 4, 30);
        row.writeUInt32LE(offset, 42);
        parts.push(head, name, packed);
        directory.push(row, name);
        offset += head.length + name.length + packed.length;
    }
    const size = directory.reduce((sum, one) => sum + one.length, 0);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(entries.length, 8);
    end.writeUInt16LE(entries.length, 10);
    end.writeUInt32LE(size, 12);
    end.writeUInt32LE(offset, 16);
    return Buffer.concat([...parts, ...directory, end]);
}
