// SPDX-License-Identifier: Apache-2.0
// A country instead of a county: what people press, on 41,000 units, 100,000 systems and a million tasks, each beside what bounds it.
// See README.md for what is measured and how to read it.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ask, logIn } from './lib/client.mjs';
import { load } from './lib/load.mjs';
import { serveStatic } from './lib/nginx.mjs';
import { freePort, memory, run, sleep, start, stop, toTheEnd, untilReady } from './lib/proc.mjs';
import { scaleReport } from './lib/scale-report.mjs';
import { scaleSeed } from './lib/scale-seed.mjs';
import { copyData } from './lib/seed.mjs';

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), '..');
const out = path.join(root, 'build/bench');
const work = path.join(out, 'scale-work');
const log = path.join(out, 'servers.log');
const say = (text) => console.error(`bench: ${text}`);

function readSettings(args) {
  const smoke = args.includes('--smoke');
  const value = (name, usual) => {
    const found = args.find((arg) => arg.startsWith(`--${name}=`));
    return found ? found.slice(name.length + 3) : usual;
  };
  return {
    smoke,
    fresh: args.includes('--fresh'),
    units: Number(value('units', smoke ? 400 : 41000)),
    systems: Number(value('systems', smoke ? 1000 : 100000)),
    collections: Number(value('collections', smoke ? 50 : 1000)),
    nessus_mb: Number(value('nessus-mb', smoke ? 1 : 50)),
    seconds: Number(value('seconds', 1)),
    limit_s: Number(value('limit', smoke ? 180 : 1800)),
    anze: path.resolve(process.env.ANZE ?? path.join(root, 'build/release/anze')),
  };
}
const settings = readSettings(process.argv.slice(2));

const lit = (text) => `'${String(text).replaceAll("'", "''")}'`;
const like = (text) => lit(`%${text}%`);
const enc = encodeURIComponent;

// ---- the questions ----

// Each as a person asks it (who, path) and as bare SQL would (a page's own rows, its count when the page shows one).
function questions(seeded, found) {
  const { county, province, township } = found.tokens;
  const { all, province_path, town_path } = found;
  const at = Math.floor(seeded.units * 0.6);
  const unit = { id: seeded.unit_ids[at], name: seeded.unit_names[at], parent: seeded.unit_ids[seeded.parents[at]] };
  const part = unit.name.slice(-4, -1);
  const system = found.system;
  const U = 'SELECT u.*, p.unit_name FROM org_unit u LEFT JOIN org_unit p ON p.unit_id = u.parent_id';
  const S = 'SELECT s.system_id, s.system_no, s.system_name, s.system_type, u.unit_name, s.lifecycle_status, s.mlps_level, s.main_address FROM info_system s LEFT JOIN org_unit u ON u.unit_id = s.unit_id';
  const T = 'SELECT t.*, u.unit_name FROM collection_task t JOIN org_unit u ON u.unit_id = t.unit_id';
  const D = 'SELECT d.*, u.unit_name FROM rules_duty d LEFT JOIN org_unit u ON u.unit_id = d.unit_id';
  return [
    ['tree, first level', county, `/api/units?parent_id=${found.root}&limit=200`, `${U} WHERE u.parent_id = ${found.root} ORDER BY u.unit_path LIMIT 200`],
    ['tree, children of a county', county, `/api/units?parent_id=${unit.parent}&limit=200`, `${U} WHERE u.parent_id = ${unit.parent} ORDER BY u.unit_path LIMIT 200`],
    ['tree, search to a node', county, `/api/units?q=${enc(unit.name)}`, `${U} WHERE u.unit_name LIKE ${like(unit.name)} OR u.short_name LIKE ${like(unit.name)} ORDER BY u.unit_path LIMIT 21`],
    ['tree, a node with its trail', county, `/api/units/${unit.id}`, `${U} WHERE u.unit_id = ${unit.id}`],
    ['tree, whole (41,000 nodes)', county, '/api/units/tree', 'SELECT unit_id, parent_id, unit_name, unit_kind FROM org_unit WHERE valid_to IS NULL ORDER BY unit_path'],
    ['collections', county, '/api/collections?limit=20&count=1', 'SELECT c.*, (SELECT COUNT(*) FROM collection_task t WHERE t.collection_id = c.collection_id) FROM collection c ORDER BY c.collection_id DESC LIMIT 21'],
    ['collection with its counts, all units', county, `/api/collections/${all}`, `SELECT state, COUNT(*), SUM(late) FROM collection_task WHERE collection_id = ${all} GROUP BY state`],
    ['board, all units', county, `/api/collection-tasks?collection_id=${all}&limit=50&count=1`, `${T} WHERE t.collection_id = ${all} ORDER BY t.late DESC, t.task_id DESC LIMIT 51`],
    ['board, all units, missing ones', county, `/api/collection-tasks?collection_id=${all}&state=not_started&limit=50&count=1`, `${T} WHERE t.collection_id = ${all} AND t.state = 'not_started' ORDER BY t.late DESC, t.task_id DESC LIMIT 51`],
    ['board, all units, a unit looked for', county, `/api/collection-tasks?collection_id=${all}&q=${enc(part)}`, `${T} WHERE t.collection_id = ${all} AND u.unit_name LIKE ${like(part)} ORDER BY t.late DESC, t.task_id DESC LIMIT 21`],
    ['tasks of a township', township, '/api/collection-tasks?limit=20&running=true', `${T} WHERE t.unit_path = ${lit(town_path)} ORDER BY t.late DESC, t.task_id DESC LIMIT 21`],
    ['search, address', county, `/api/search?q=${system.ip}`, `SELECT * FROM system_endpoint e JOIN info_system s ON s.system_id = e.system_id WHERE e.ip = ${lit(system.ip)} AND e.ip_key = (SELECT ip_key FROM system_endpoint WHERE system_id = ${system.system_id})`],
    ['search, name', county, `/api/search?q=${enc(system.system_name.slice(0, 9))}`, `${S} WHERE s.system_name >= ${lit(system.system_name.slice(0, 9))} AND s.system_name < ${lit(`${system.system_name.slice(0, 9)}\u{10ffff}`)} LIMIT 10`],
    ['search, part of a name', county, `/api/search?q=${enc(part)}`, `${S} WHERE s.system_id IN (SELECT n.system_id FROM info_system n WHERE n.system_name LIKE ${like(part)}) LIMIT 20`],
    ['search, number', county, `/api/search?q=${system.system_no}`, `${S} WHERE s.system_no = ${lit(system.system_no)}`],
    ['search, nothing there', county, '/api/search?q=zzzzzz', `SELECT n.system_id FROM info_system n WHERE n.system_name LIKE '%zzzzzz%'`],
    ['register', county, '/api/systems?limit=20&count=1', `${S} ORDER BY s.unit_path, s.system_id LIMIT 21`],
    ['register, by name', county, '/api/systems?sort=system_name', `${S} ORDER BY s.system_name, s.system_id LIMIT 21`],
    ['register, level 3 not filed', county, '/api/systems?mlps_level=3&filing_status=none&count=1', `${S} WHERE s.mlps_level = 3 AND s.filing_status = 'none' ORDER BY s.unit_path, s.system_id LIMIT 21`],
    ['register, a text looked for', county, `/api/systems?q=${enc(`${unit.name}`)}`, `SELECT n.system_id FROM info_system n WHERE n.system_name LIKE ${like(unit.name)}`],
    ['register, of a province', province, '/api/systems?limit=20&count=1', `${S} WHERE s.unit_path >= ${lit(province_path)} AND s.unit_path < ${lit(`${province_path}z`)} ORDER BY s.unit_path, s.system_id LIMIT 21`],
    ['findings, critical and high', county, '/api/findings?severity=critical,high&count=1', `SELECT * FROM finding WHERE severity IN ('critical', 'high') ORDER BY finding_id DESC LIMIT 21`],
    ['letters', county, '/api/letters?limit=20&count=1', 'SELECT * FROM rectify_letter ORDER BY letter_id DESC LIMIT 21'],
    ['duties, all', county, '/api/duties?limit=20&count=1', `${D} WHERE d.state = 'open' AND d.due_on IS NOT NULL ORDER BY d.due_on, d.duty_id LIMIT 21`],
    ['duties, of a province', province, '/api/duties?limit=20&count=1', `${D} WHERE d.state = 'open' AND d.due_on IS NOT NULL AND d.unit_path >= ${lit(province_path)} AND d.unit_path < ${lit(`${province_path}z`)} ORDER BY d.due_on, d.duty_id LIMIT 21`],
    ['duties, of a township', township, '/api/duties?limit=20&count=1', `${D} WHERE d.state = 'open' AND d.due_on IS NOT NULL AND d.unit_path = ${lit(town_path)} ORDER BY d.due_on, d.duty_id LIMIT 21`],
    ['first page, officer', county, '/api/workbench', null],
    ['first page, province', province, '/api/workbench', null],
    ['first page, township', township, '/api/workbench', null],
    ['coverage by article, all', county, '/api/coverage', null],
    ['coverage by article, township', township, '/api/coverage', null],
  ].map(([name, token, where, sql]) => ({ name, token, where, sql }));
}

function ticks(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function measureOne(anze, nginx, data, question, no) {
  const { seconds } = settings;
  const began = performance.now();
  const body = await (await fetch(anze.base + question.where, { headers: { Authorization: `Bearer ${question.token}` } })).text();
  const first_ms = performance.now() - began;
  fs.writeFileSync(path.join(nginx.dir, `${no}.json`), body);
  const before = ticks(anze.self.pid);
  const told = await load({ url: anze.base + question.where, clients: 1, seconds, token: question.token });
  const cpu_ms = (ticks(anze.self.pid) - before) * 10 / told.requests;
  const still = await load({ url: `http://127.0.0.1:${nginx.port}/${no}.json`, clients: 1, seconds: 1 });
  const bare = question.sql ? JSON.parse((await run(path.join(out, 'bare'), [path.join(data, 'anze.db'), '0.5', question.sql])).out) : null;
  return { name: question.name, bytes: Buffer.byteLength(body), first_ms, p50_ms: told.p50_ms, p99_ms: told.p99_ms, cpu_ms, requests: told.requests,
    nginx_ms: still.p50_ms, bare_ms: bare?.p50_ms, bare_rows: bare?.rows };
}

// ---- exports ----

async function download(base, token, where, method = 'GET') {
  const began = performance.now();
  const reply = await fetch(base + where, { method, headers: { Authorization: `Bearer ${token}`, 'X-Anze': '1' } });
  const bytes = await reply.arrayBuffer();
  if (!reply.ok) throw new Error(`${where}: ${reply.status}`);
  return { seconds: (performance.now() - began) / 1000, bytes: bytes.byteLength };
}

async function measureExports(anze, data, found) {
  const db = path.join(data, 'anze.db');
  const sheet = async (sql) => JSON.parse((await run(path.join(out, 'sheet'), [db, sql, path.join(work, 'peer.xlsx')])).out);
  const register = await download(anze.base, found.tokens.county, '/api/systems?format=xlsx');
  const registerPeer = await sheet('SELECT s.system_no, s.system_name, s.system_type, u.unit_name, s.lifecycle_status, s.mlps_level, s.filing_status, s.filing_valid_to, s.eval_conclusion, s.internet_exposed, s.main_address, s.register_state FROM info_system s JOIN org_unit u ON u.unit_id = s.unit_id ORDER BY s.unit_path, s.system_id');
  const summary = await download(anze.base, found.tokens.county, `/api/collections/${found.all}/export`);
  const summaryPeer = await sheet(`SELECT t.task_id, u.unit_name, t.state, t.late, t.handed_in_at_ms FROM collection_task t JOIN org_unit u ON u.unit_id = t.unit_id WHERE t.collection_id = ${found.all} ORDER BY u.sort_no, u.unit_path`);
  return { register: { ...register, peer: registerPeer }, summary: { ...summary, peer: summaryPeer }, peak_mb: memory(anze.self.pid).rss_mb };
}

// ---- a change under load ----

function percentile(sorted, part) {
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] : NaN;
}

// Readers ask lists and pages, writers register systems, until told to stop; each answer with when it was asked and how long it took.
function crowd(base, seeded, found, readers, writers) {
  const reads = [];
  const writes = [];
  let on = true;
  const pages = ['/api/systems?limit=20', `/api/collection-tasks?collection_id=${found.all}&limit=20`, `/api/units?parent_id=${found.root}`, `/api/systems/${found.system.system_id}`];
  let no = Date.now() % 1e8;
  const one = async (list, ask_it) => {
    const began = performance.now();
    await ask_it();
    list.push([began, performance.now() - began]);
  };
  const loops = [
    ...Array.from({ length: readers }, async (_, i) => {
      for (let k = i; on; k++) await one(reads, () => ask(base, found.tokens.county, 'GET', pages[k % pages.length]));
    }),
    ...Array.from({ length: writers }, async (_, i) => {
      for (let k = i; on; k++)
        await one(writes, () => ask(base, found.tokens.county, 'POST', '/api/systems', { unit_id: seeded.unit_ids[(k * 97 + 11) % seeded.units], system_name: `新建业务系统${no++}`,
          system_type: 'business_system', lifecycle_status: 'building', contact_name: '安全员', mlps_level: 2, filing_status: 'none' }));
    }),
  ];
  const stopIt = async () => { on = false; await Promise.all(loops); };
  const between = (list, from, to) => {
    const took = list.filter(([at, ms]) => at + ms >= from && at <= to).map(([, ms]) => ms).sort((a, b) => a - b);
    return { many: took.length, p50_ms: percentile(took, 0.5), p99_ms: percentile(took, 0.99), max_ms: took.at(-1) };
  };
  return { stop: stopIt, window: (from, to) => ({ reads: between(reads, from, to), writes: between(writes, from, to) }) };
}

async function measureMove(anze, seeded, found) {
  const people = crowd(anze.base, seeded, found, 4, 2);
  const day = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
  const began = performance.now();
  await sleep(settings.smoke ? 500 : 3000);
  const from = performance.now();
  const target = seeded.unit_ids[seeded.parents.indexOf(-1, 1)];
  const moved = await ask(anze.base, found.tokens.county, 'POST', '/api/reorganisations', { reorg_kind: 'move', unit_id: seeded.unit_ids[0], target_id: target, effective_on: day, reason: '规模测试：整体划转' });
  const to = performance.now();
  await sleep(settings.smoke ? 200 : 1000);
  await people.stop();
  return { seconds: (to - from) / 1000, units: moved.units, records: moved.records, before: people.window(began, from), during: people.window(from, to) };
}

// The sweep at the start: planned beside, done in steps; how long do writers wait meanwhile?
async function measureSweep(anze, seeded, found) {
  const people = crowd(anze.base, seeded, found, 1, 2);
  const from = performance.now();
  let quiet = 0;
  for (let i = 0; quiet < 2 && i < (settings.smoke ? 6 : 120); i++) {
    await sleep(500);
    const text = (await run('sqlite3', [path.join(found.data, 'anze.db'), "SELECT COUNT(*) FROM jobs_run WHERE name = 'rules.sweep' AND started_at_ms >= " + String(found.served_ms)])).out;
    quiet = Number(text) > 0 ? quiet + 1 : 0;
  }
  const to = performance.now();
  await people.stop();
  const took = Number((await run('sqlite3', [path.join(found.data, 'anze.db'), "SELECT COALESCE(MAX(took_ms), 0) FROM jobs_run WHERE name = 'rules.sweep' AND started_at_ms >= " + String(found.served_ms)])).out);
  return { took_ms: took, ...people.window(from, to) };
}

async function look(base, seeded, data) {
  const passwords = seeded.passwords;
  const tokens = {};
  for (const who of ['county', 'province', 'township']) tokens[who] = await logIn(base, who, passwords[who]);
  const sql = async (text) => (await run('sqlite3', [path.join(data, 'anze.db'), text])).out.trim();
  const systems = await ask(base, tokens.county, 'GET', '/api/systems?limit=200');
  const system = systems.items.find((item) => item.main_address) ?? systems.items[0];
  return {
    data, tokens, root: (await ask(base, tokens.county, 'GET', '/api/units?limit=1')).items[0].unit_id, all: seeded.collections.last_all,
    system: { ...system, ip: await sql(`SELECT ip FROM system_endpoint WHERE system_id = ${system.system_id} LIMIT 1`) },
    province_path: await sql(`SELECT unit_path FROM org_unit WHERE unit_id = ${seeded.unit_ids[seeded.province]}`),
    town_path: await sql(`SELECT unit_path FROM org_unit WHERE unit_id = ${seeded.unit_ids[seeded.township]}`),
    counts: Object.fromEntries((await sql("SELECT 'units', COUNT(*) FROM org_unit UNION ALL SELECT 'systems', COUNT(*) FROM info_system UNION ALL SELECT 'duties', COUNT(*) FROM rules_duty UNION ALL SELECT 'tasks', COUNT(*) FROM collection_task UNION ALL SELECT 'collections', COUNT(*) FROM collection UNION ALL SELECT 'findings', COUNT(*) FROM finding UNION ALL SELECT 'letters', COUNT(*) FROM rectify_letter UNION ALL SELECT 'ledger entries', COUNT(*) FROM ledger_entry"))
      .split('\n').map((line) => line.split('|')).map(([name, many]) => [name, Number(many)])),
  };
}

async function measure(seeded, data) {
  const port = await freePort();
  const served_ms = Date.now();
  const self = start(settings.anze, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], { log });
  const anze = { port, base: `http://127.0.0.1:${port}`, self };
  const ready_ms = await untilReady(port, '/api/health', 300, self);
  const found = { ...await look(anze.base, seeded, data), served_ms };
  say('the sweep of the start, with writers');
  const sweep = await measureSweep(anze, seeded, found);
  const nginx = { ...await serveStatic(path.join(work, 'nginx'), { 'none.json': '{}' }, log), dir: path.join(work, 'nginx/files') };
  const rows = [];
  // The smoke run asks every fifth: it only shows that they work.
  for (const [no, question] of questions(seeded, found).filter((_, at) => !settings.smoke || at % 5 === 2).entries()) {
    rows.push(await measureOne(anze, nginx, data, question, no));
    if (no % 8 === 7) say(`  ${no + 1} questions`);
  }
  await stop(nginx.self);
  const about = { ready_ms, counts: found.counts, sweep, rows, memory: memory(self.pid) };
  say('exports');
  about.exports = await measureExports(anze, data, found);
  say('a province moves, under load');
  about.move = await measureMove(anze, seeded, found);
  about.memory_after = memory(self.pid);
  await stop(self);
  return about;
}

async function main() {
  const began = Date.now();
  fs.rmSync(work, { recursive: true, force: true });
  fs.mkdirSync(work, { recursive: true, mode: 0o700 });
  const found = { settings, machine: { cpus: os.cpus().length, model: os.cpus()[0].model, memory_gb: Math.round(os.totalmem() / 2 ** 30), load_before: os.loadavg()[0], kernel: os.release() } };
  found.version = (await run(settings.anze, ['--version'])).out.trim();
  const seeded = await scaleSeed({ root, anze: settings.anze, out, many_units: settings.units, many_systems: settings.systems, many_collections: settings.collections,
    nessus_mb: settings.nessus_mb, fresh: settings.fresh, say });
  found.seed = { took: seeded.took, kept: seeded.kept ?? false, collections: seeded.collections };
  say('copying the data');
  Object.assign(found, await measure(seeded, copyData(seeded, path.join(work, 'data'))));
  found.machine.load_after = os.loadavg()[0];
  found.seconds = (Date.now() - began) / 1000;
  fs.writeFileSync(path.join(out, 'scale.json'), JSON.stringify(found, null, 2));
  const text = scaleReport(found);
  fs.writeFileSync(path.join(out, 'scale.md'), text);
  console.log(text);
  fs.rmSync(work, { recursive: true, force: true });
}

toTheEnd(main, settings.limit_s);
