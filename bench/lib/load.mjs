// SPDX-License-Identifier: Apache-2.0
// One short run of wrk: one thread, so that the server keeps a core; what it asks is in bench/wrk.lua.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './proc.mjs';

const LUA = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'wrk.lua');

export async function load({ url, clients = 64, seconds, token = '', ids = '', body = '' }) {
  const env = { BENCH_TOKEN: token, BENCH_IDS: ids, BENCH_BODY: body };
  const args = ['-t1', `-c${clients}`, `-d${seconds}s`, '--timeout', '20s', '-s', LUA, url];
  const { out } = await run('wrk', args, { env, limit_s: seconds + 60 });
  const line = out.split('\n').find((text) => text.startsWith('BENCH '));
  if (!line) throw new Error(`wrk said nothing usable about ${url}:\n${out.slice(-1000)}`);
  const told = JSON.parse(line.slice(6));
  if (told.errors || !told.requests)
    throw new Error(`${url}: ${told.errors} failed of ${told.requests} requests; the measurement is void`);
  return told;
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = sorted.length >> 1;
  return sorted.length % 2 ? sorted[at] : (sorted[at - 1] + sorted[at]) / 2;
}

// Medians of each number over the repeats, with the spread of the first one.
export function medians(rows) {
  const all = {};
  for (const key of Object.keys(rows[0]))
    if (typeof rows[0][key] === 'number') all[key] = median(rows.map((row) => row[key]));
  const rates = rows.map((row) => row.per_s).filter((rate) => rate !== undefined);
  return rates.length ? { ...all, least: Math.min(...rates), most: Math.max(...rates), repeats: rows.length } : { ...all, repeats: rows.length };
}

export function writeLines(file, lines) {
  fs.writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
