// SPDX-License-Identifier: Apache-2.0
// The order of a run. Everything that is compared is measured in turns, several times, in one run: see README.md.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ask, logIn } from './lib/client.mjs';
import * as directus from './lib/directus.mjs';
import { load, medians, writeLines } from './lib/load.mjs';
import { makeNessus } from './lib/nessus.mjs';
import { serveStatic } from './lib/nginx.mjs';
import { freePort, idleConnections, memory, run, sleep, start, stop, toTheEnd, untilQuiet, untilReady, watchMemory } from './lib/proc.mjs';
import { report } from './lib/report.mjs';
import { copyData, seed } from './lib/seed.mjs';

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), '..');
const settings = readSettings(process.argv.slice(2));
const out = path.join(root, 'build/bench');
const work = path.join(out, 'work');
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
    directus: !smoke && !args.includes('--no-directus'),
    only: value('only', ''),
    systems: Number(value('systems', smoke ? 1000 : 100000)),
    units: Number(value('units', smoke ? 20 : 1000)),
    repeats: Number(value('repeats', smoke ? 1 : 3)),
    seconds: Number(value('seconds', smoke ? 1 : 3)),
    nessus_mb: Number(value('nessus-mb', smoke ? 2 : 100)),
    limit_s: Number(value('limit', smoke ? 120 : 3600)),
    anze: path.resolve(process.env.ANZE ?? path.join(root, 'build/release/anze')),
  };
}

const wanted = (part) => !settings.only || settings.only.split(',').includes(part);

function serveAnze(data) {
  return freePort().then((port) => ({
    port,
    base: `http://127.0.0.1:${port}`,
    self: start(settings.anze, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], { log }),
  }));
}

// ---- what stands still: start, memory ----

async function measureStart(data) {
  const rows = [];
  for (let i = 0; i < settings.repeats; i++) {
    const anze = await serveAnze(data);
    const ready_ms = await untilReady(anze.port, '/api/health', 300, anze.self);
    const peak = watchMemory(anze.self.pid);
    await untilQuiet(anze.self.pid);
    rows.push({ ready_ms, ...memory(anze.self.pid), start_peak_mb: peak().rss_mb });
    await stop(anze.self);
  }
  return medians(rows);
}

async function measureIdle(data, seeded) {
  const anze = await serveAnze(data);
  await untilReady(anze.port, '/api/health', 300, anze.self);
  const token = await logIn(anze.base, 'county', seeded.passwords.county);
  const { items } = await ask(anze.base, token, 'GET', '/api/systems?limit=1');
  const crowd = await idleConnections(anze.port, `/api/systems/${items[0].system_id}`, settings.smoke ? 100 : 1000, token);
  await untilQuiet(anze.self.pid);
  const found = { connections: crowd.live(), ...memory(anze.self.pid) };
  crowd.close();
  await stop(anze.self);
  return found;
}

// ---- requests, in turns ----

async function idsSeenBy(base, token) {
  const ids = [];
  for (let cursor = ''; cursor !== null && ids.length < 20000;) {
    const page = await ask(base, token, 'GET', `/api/systems?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    ids.push(...page.items.map((item) => item.system_id));
    cursor = page.next;
  }
  return ids;
}

// Walks as a person would who presses "next" 999 times; on a small register as far as it goes.
async function farPage(base, token, pages) {
  let cursor = '';
  let page = 1;
  for (; page < pages; page++) {
    const reply = await ask(base, token, 'GET', `/api/systems?limit=20${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    if (!reply.next) break;
    cursor = reply.next;
  }
  return { page, query: `limit=20${cursor && `&cursor=${encodeURIComponent(cursor)}`}` };
}

// One system after another for each unit in turn; unit_id is put in by the driver.
function createBody() {
  const about = '面向工作人员和群众提供业务办理与查询服务，部署在县政务云。'.repeat(6);
  return JSON.stringify({
    unit_id: '$$$$$$', system_name: '新建业务系统@@@@@@@@@@', system_type: 'business_system', business_desc: about, lifecycle_status: 'building',
    contact_name: '安全员', deploy_location: 'county_cloud', mlps_level: 2, filing_status: 'none',
    endpoints: [{ ip: '10.250.1.1', port: 8080, network_zone: 'gov_extranet' }],
  }).replace('"$$$$$$"', () => '$$$$$$');
}

async function prepareAnze(seeded, data) {
  const anze = await serveAnze(data);
  await untilReady(anze.port, '/api/health', 300, anze.self);
  const county = await logIn(anze.base, 'county', seeded.passwords.county);
  const bureau = await logIn(anze.base, 'bureau', seeded.passwords.bureau);
  const mine = await idsSeenBy(anze.base, bureau);
  const text = async (token, where) => (await fetch(anze.base + where, { headers: { Authorization: `Bearer ${token}` } })).text();
  const pages = settings.smoke ? 5 : 1000;
  return {
    ...anze, county, bureau,
    health: await text('', '/api/health'),
    one: await text(bureau, `/api/systems/${mine[0]}`),
    list: await text(county, '/api/systems?limit=20'),
    ids_bureau: writeLines(path.join(work, 'ids-bureau'), mine),
    ids_county: writeLines(path.join(work, 'ids-county'), await idsSeenBy(anze.base, county)),
    far_bureau: await farPage(anze.base, bureau, pages),
    far_county: await farPage(anze.base, county, pages),
    body: writeFile('create.json', createBody()),
    units: writeLines(path.join(work, 'units'), seeded.units),
  };
}

function writeFile(name, text) {
  const file = path.join(work, name);
  fs.writeFileSync(file, text);
  return file;
}

function anzeRuns(anze) {
  const { seconds } = settings;
  const systems = `${anze.base}/api/systems`;
  const create = (clients) => load({ url: systems, clients, seconds, token: anze.county, body: anze.body, ids: anze.units });
  return {
    'anze health': () => load({ url: `${anze.base}/api/health`, seconds }),
    'anze read, unit officer': () => load({ url: `${systems}/`, seconds, token: anze.bureau, ids: anze.ids_bureau }),
    'anze read, county officer': () => load({ url: `${systems}/`, seconds, token: anze.county, ids: anze.ids_county }),
    'anze list, unit officer': () => load({ url: `${systems}?limit=20`, seconds, token: anze.bureau }),
    [`anze list, unit officer, page ${anze.far_bureau.page}`]: () => load({ url: `${systems}?${anze.far_bureau.query}`, seconds, token: anze.bureau }),
    'anze list, county officer': () => load({ url: `${systems}?limit=20`, seconds, token: anze.county }),
    [`anze list, county officer, page ${anze.far_county.page}`]: () => load({ url: `${systems}?${anze.far_county.query}`, seconds, token: anze.county }),
    'anze create, 64 clients': () => create(64),
    'anze create, 1 client': () => create(1),
  };
}

function nginxRuns(nginx) {
  const get = (name) => () => load({ url: `http://127.0.0.1:${nginx.port}/${name}`, seconds: settings.seconds });
  return { 'nginx static, as health': get('health.json'), 'nginx static, as read': get('one.json'), 'nginx static, as list': get('list.json') };
}

function directusRuns(peer) {
  const { seconds } = settings;
  const items = `http://127.0.0.1:${peer.port}/items/systems`;
  const token = peer.token;
  return {
    'directus ping': () => load({ url: `http://127.0.0.1:${peer.port}/server/ping`, seconds }),
    'directus read': () => load({ url: `${items}/`, seconds, token, ids: peer.ids }),
    'directus list': () => load({ url: `${items}?limit=20&filter%5Bunit%5D%5B_eq%5D=7`, seconds, token }),
    // With 64 waiting, one answer takes seconds on a slow disk; and what still waits at the end must be done before others go on.
    'directus create, 64 clients': async () => {
      const told = await load({ url: items, seconds: seconds * 3, token, body: peer.body });
      await sleep(2 * told.p99_ms);
      return told;
    },
  };
}

function flushRun() {
  return { 'raw fdatasync, 1 KB': async () => JSON.parse((await run(path.join(out, 'flush'), [path.join(work, 'flush.tmp'), '1024', String(settings.seconds)])).out) };
}

async function countSystems(data) {
  const { out: text } = await run('sqlite3', [path.join(data, 'anze.db'), 'SELECT (SELECT COUNT(*) FROM info_system), (SELECT COUNT(*) FROM ledger_entry)']);
  const [systems, entries] = text.trim().split('|').map(Number);
  return { systems, entries };
}

async function measureRequests(seeded, data, peer) {
  const before = await countSystems(data);
  const anze = await prepareAnze(seeded, data);
  const nginx = await serveStatic(path.join(work, 'nginx'), { 'health.json': anze.health, 'one.json': anze.one, 'list.json': anze.list }, log);
  const runs = { ...nginxRuns(nginx), ...anzeRuns(anze), ...flushRun(), ...(peer ? directusRuns(peer) : {}) };
  const rows = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
  await load({ url: `${anze.base}/api/systems?limit=20`, seconds: 1, token: anze.county });
  const peak = watchMemory(anze.self.pid);
  const peerPeak = peer ? watchMemory(peer.self.pid) : null;
  let created = 0;
  for (let i = 0; i < settings.repeats; i++) {
    for (const [name, once] of Object.entries(runs)) {
      const told = await once().catch((error) => {
        if (!name.startsWith('directus')) throw error;
        say(`left out of this round: ${error.message}`); // the peer's trouble voids its own figure only
      });
      if (!told) continue;
      if (name.startsWith('anze create')) created += told.requests;
      rows[name].push(told);
    }
    say(`round ${i + 1} of ${settings.repeats} done`);
  }
  const found = {
    rates: Object.fromEntries(Object.entries(rows).filter(([, all]) => all.length).map(([name, all]) => [name, medians(all)])),
    sizes: { health: anze.health.length, one: Buffer.byteLength(anze.one), list: Buffer.byteLength(anze.list) },
    memory_under_load: peak(),
    directus_under_load: peerPeak?.(),
  };
  await stop(nginx.self);
  found.kill = await measureKill(anze, data);
  found.kill.told = created + found.kill.told;
  const after = await countSystems(data);
  found.kill.gained = after.systems - before.systems;
  found.kill.entries = after.entries - before.entries;
  if (found.kill.gained < found.kill.told) throw new Error(`${found.kill.told} creates were answered, ${found.kill.gained} are there`);
  return found;
}

// Killed while 64 clients create; then the time to the first answer. What wrk counted must be there.
async function measureKill(anze, data) {
  const under = run('wrk', ['-t1', '-c64', '-d4s', '--timeout', '20s', '-s', path.join(root, 'bench/wrk.lua'), `${anze.base}/api/systems`],
    { env: { BENCH_TOKEN: anze.county, BENCH_IDS: anze.units, BENCH_BODY: anze.body }, fails: true, limit_s: 60 });
  await sleep(settings.smoke ? 700 : 2500);
  await stop(anze.self, 'SIGKILL');
  const line = (await under).out.split('\n').find((text) => text.startsWith('BENCH '));
  const told = line ? JSON.parse(line.slice(6)).requests : 0;
  const again = await serveAnze(data);
  const ready_ms = await untilReady(again.port, '/api/health', 300, again.self);
  await stop(again.self);
  return { ready_ms, told };
}

// ---- files and the ledger, by the command line ----

async function measureScan(seeded) {
  const file = path.join(out, `generated-${settings.nessus_mb}-${seeded.systems}.nessus`);
  const about = `${file}.json`;
  if (!fs.existsSync(about)) {
    say(`making a Nessus file of ${settings.nessus_mb} MB`);
    fs.writeFileSync(about, JSON.stringify(makeNessus(file, settings.nessus_mb * 1e6, seeded.systems)));
  }
  const rows = { xmllint: [], first: [], again: [] };
  let counts;
  for (let i = 0; i < settings.repeats; i++) {
    const data = copyData(seeded, path.join(work, 'scan'));
    const keep = (name, { seconds, peak_mb }) => rows[name].push({ seconds, peak_mb });
    keep('xmllint', await run('xmllint', ['--stream', '--noout', file], { memory: true }));
    const args = ['import', 'scan', file, '--data', data, '--json'];
    const first = await run(settings.anze, args, { memory: true, limit_s: 1200 });
    counts = JSON.parse(first.out);
    keep('first', first);
    const again = await run(settings.anze, args, { memory: true, limit_s: 1200 });
    const second = JSON.parse(again.out);
    if (second.created || second.changed || second.closed) throw new Error(`the same file twice changed something: ${again.out}`);
    keep('again', again);
    say(`scan ${i + 1} of ${settings.repeats} done`);
  }
  fs.rmSync(path.join(work, 'scan'), { recursive: true, force: true });
  return { file: JSON.parse(fs.readFileSync(about, 'utf8')), counts, ...Object.fromEntries(Object.entries(rows).map(([name, all]) => [name, medians(all)])) };
}

async function measureVerify(data) {
  const rows = { verify: [], bare: [] };
  for (let i = 0; i < settings.repeats; i++) {
    const bare = JSON.parse((await run(path.join(out, 'chain'), [path.join(data, 'anze.db')])).out);
    rows.bare.push(bare);
    const done = await run(settings.anze, ['ledger', 'verify', '--data', data, '--json'], { memory: true, limit_s: 900 });
    const verdict = JSON.parse(done.out);
    if (!verdict.ok) throw new Error(`the ledger does not hold: ${done.out}`);
    rows.verify.push({ per_s: verdict.entries / done.seconds, seconds: done.seconds, entries: verdict.entries, peak_mb: done.peak_mb });
  }
  return { verify: medians(rows.verify), bare: medians(rows.bare) };
}

// ---- the peer ----

async function startPeer() {
  if (!settings.directus) return { absent: settings.smoke ? 'not part of the smoke run' : 'left out by --no-directus' };
  const dir = path.join(out, 'directus');
  try {
    await directus.install(dir, say);
  } catch (error) {
    say(`Directus cannot be installed; going on without it: ${error.message.split('\n')[0]}`);
    return { absent: error.message.split('\n')[0] };
  }
  try {
    const peer = await directus.serve(dir, settings.systems, log, say);
    await untilQuiet(peer.self.pid);
    peer.idle = memory(peer.self.pid);
    peer.ids = writeLines(path.join(work, 'ids-directus'), Array.from({ length: 20000 }, (_, i) => 1 + ((i * 7919) % settings.systems)));
    peer.body = writeFile('directus.json', JSON.stringify({
      name: '新建业务系统@@@@@@@@@@', unit: 7, grade: '2', status: 'building', owner: '安全员', created: 1760000000, address: '10.250.1.1', note: 'x'.repeat(800) }));
    return peer;
  } catch (error) {
    say(`Directus does not start; going on without it: ${error.message.split('\n')[0]}`);
    return { absent: error.message.split('\n')[0] };
  }
}

function versionOf(command, args) {
  return run(command, args, { fails: true }).then(({ out: text, err }) => (text || err).split('\n')[0].trim(), () => 'absent');
}

async function main() {
  fs.rmSync(work, { recursive: true, force: true });
  fs.mkdirSync(work, { recursive: true, mode: 0o700 });
  const found = { settings, machine: { cpus: os.cpus().length, model: os.cpus()[0].model, memory_gb: Math.round(os.totalmem() / 2 ** 30), load_before: os.loadavg()[0] } };
  found.versions = {
    anze: await versionOf(settings.anze, ['--version']), kernel: os.release(), node: process.version,
    nginx: await versionOf('nginx', ['-v']), wrk: await versionOf('wrk', ['-v']), sqlite: await versionOf('sqlite3', ['--version']),
    directus: directus.VERSION,
  };
  const seeded = await seed({ root, anze: settings.anze, out, many_units: settings.units, many_systems: settings.systems, fresh: settings.fresh, say });
  found.seed = { systems: seeded.systems, units: seeded.units.length, imported: seeded.imported };
  const data = copyData(seeded, path.join(work, 'data'));
  if (wanted('start')) {
    found.start = await measureStart(data);
    found.idle = await measureIdle(data, seeded);
  }
  if (wanted('requests')) {
    const peer = await startPeer();
    found.directus = { absent: peer.absent, start_ms: peer.ms, idle: peer.idle };
    found.requests = await measureRequests(seeded, data, peer.absent ? null : peer);
    await stop(peer.self);
  }
  if (wanted('verify')) found.verify = await measureVerify(data);
  if (wanted('scan')) found.scan = await measureScan(seeded);
  found.machine.load_after = os.loadavg()[0];
  fs.writeFileSync(path.join(out, 'results.json'), JSON.stringify(found, null, 2));
  const text = report(found);
  fs.writeFileSync(path.join(out, 'results.md'), text);
  console.log(text);
  fs.rmSync(work, { recursive: true, force: true });
}

toTheEnd(main, settings.limit_s);
