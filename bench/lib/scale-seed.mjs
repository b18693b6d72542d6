// SPDX-License-Identifier: Apache-2.0
// The country that is measured by --scale: provinces, cities, counties and townships (generated names), systems, findings, letters,
// collections, all through the front doors, so that every row has its ledger entry and every duty is judged.
import fs from 'node:fs';
import path from 'node:path';
import { ask, each, logIn } from './client.mjs';
import { makeNessus } from './nessus.mjs';
import { freePort, run, start, stop, untilReady } from './proc.mjs';
import { address, importSystems, makeAccounts, sources } from './seed.mjs';

const FIRST = [...'云青石柳金银玉松竹梅兰桃杏枫桂榆槐白黑红'];
const SECOND = [...'岭溪桥河山湖泉岗坪坝湾滩原谷峰洲浦塘港门'];

// The same number gives the same name, different numbers below 400 different ones.
function word(i) {
  return FIRST[i % 20] + SECOND[Math.floor(i / 20 + i) % 20];
}

// The shape of the country: 31 provinces, some eleven cities each, some eight counties each, the rest townships. The first province
// has 5,000 units with itself (an eighth of all on small data): it is the subtree that moves.
export function countryOf(many) {
  const provinces = Math.min(31, Math.max(3, Math.round(many / 1300)));
  const first = Math.round(many * 5000 / 41000);
  const units = [];
  const add = (name, kind, parent) => units.push({ unit_name: name, unit_kind: kind, parent }) - 1;
  for (let p = 0; p < provinces; p++) {
    const mine = p === 0 ? first : Math.floor((many - first) / (provinces - 1)) + (p <= (many - first) % (provinces - 1) ? 1 : 0);
    const province = add(`${word(p)}省`, 'bureau', -1);
    const cities = Math.max(1, Math.min(11, Math.floor(mine / 12)));
    const counties = Math.max(1, Math.min(92, Math.floor(mine / 5)));
    const at = { city: [], county: [] };
    for (let i = 0; i < cities; i++) at.city.push(add(`${word(p)}省${word(i + 40)}市`, 'bureau', province));
    for (let i = 0; i < counties; i++) {
      const city = at.city[i % cities];
      at.county.push(add(`${units[city].unit_name}${word(100 + Math.floor(i / cities))}县`, 'bureau', city));
    }
    for (let i = 0, left = mine - 1 - cities - counties; i < left; i++) {
      const county = at.county[i % counties];
      add(`${units[county].unit_name}${word(Math.floor(i / counties))}镇`, 'township', county);
    }
  }
  return units;
}

function orderOfTree(units) {
  const below = new Map();
  units.forEach((unit, at) => below.set(unit.parent, [...below.get(unit.parent) ?? [], at]));
  const order = [];
  const walk = (parent) => (below.get(parent) ?? []).forEach((at) => { order.push(at); walk(at); });
  walk(-1);
  return order;
}

async function makeUnits(base, token, units) {
  const root = (await ask(base, token, 'GET', '/api/units?limit=1')).items[0].unit_id;
  const depth = (unit) => (unit.parent < 0 ? 0 : 1 + depth(units[unit.parent]));
  for (let level = 0; level < 4; level++)
    await each(units.filter((unit) => depth(unit) === level), async (unit) => {
      const body = { unit_name: unit.unit_name, unit_kind: unit.unit_kind, parent_id: unit.parent < 0 ? root : units[unit.parent].unit_id };
      unit.unit_id = (await ask(base, token, 'POST', '/api/units', body)).unit_id;
    }, 16);
}

// A county's systems stand in one block of addresses.
async function makeRanges(base, token, units, order, owner, systems) {
  const ranges = new Map();
  for (let i = 0; i < systems; i++) {
    let at = owner(i);
    if (units[at].unit_kind === 'township') at = units[at].parent;
    const range = ranges.get(at);
    if (range && range[1] === i - 1) range[1] = i;
    else if (!range) ranges.set(at, [i, i]);
  }
  await each([...ranges], ([at, [from, to]]) => ask(base, token, 'POST', '/api/address-ranges', {
    unit_id: units[at].unit_id, range_text: `${address(from)}-${address(to)}`, network_zone: 'gov_extranet' }), 16);
  return ranges.size;
}

// One in fifty asks every unit, the others two hundred of them: about a million tasks for a thousand collections.
async function makeCollections(base, token, units, many, say) {
  const { items } = await ask(base, token, 'GET', '/api/collection-forms');
  const forms = items.filter((item) => item.kind === 'form').map((item) => item.form_id);
  const made = { all: 0, some: 0, tasks: 0, seconds_all: 0, seconds_some: 0 };
  for (let i = 0; i < many; i++) {
    const all = i % 50 === 25;
    const some = Array.from({ length: Math.min(200, units.length) }, (_, k) => ({ unit_id: units[(i * 211 + k * 199) % units.length].unit_id }));
    const body = { form_id: forms[i % forms.length], title: `第${i + 1}次${word(i % 400)}专项填报`, text: '请于截止日前填报。', working_days: 5 + (i % 60) };
    const began = Date.now();
    const reply = await ask(base, token, 'POST', '/api/collections', { ...body, ...(all ? { audience: 'all' } : { audience: 'units', units: some }) });
    made[all ? 'seconds_all' : 'seconds_some'] += (Date.now() - began) / 1000;
    made[all ? 'all' : 'some']++;
    made.tasks += reply.units;
    if (all) made.last_all = reply.collection_id;
    if (i % 200 === 199) say(`  ${i + 1} collections, ${made.tasks} tasks`);
  }
  return made;
}

async function makeLetters(base, token, many) {
  let made = 0;
  const { items } = await ask(base, token, 'GET', '/api/findings?limit=200&severity=critical,high&state=reported');
  for (const finding of items.filter((item) => item.unit_id).slice(0, many)) {
    const { letter_id } = await ask(base, token, 'POST', '/api/letters', { findings: [{ finding_id: finding.finding_id }] });
    await ask(base, token, 'POST', `/api/letters/${letter_id}/issue`, {});
    made++;
  }
  return made;
}

async function timed(took, name, say, work) {
  const began = Date.now();
  const result = await work();
  took[name] = (Date.now() - began) / 1000;
  say(`seed: ${name}, ${took[name].toFixed(1)} s`);
  return result;
}

async function serving(anze, data, log, work) {
  const port = await freePort();
  const server = start(anze, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], { log });
  try {
    await untilReady(port, '/api/health', 300, server);
    return await work(`http://127.0.0.1:${port}`);
  } finally {
    await stop(server);
  }
}

async function build({ anze, many_units, many_systems, many_collections, nessus_mb, say }, dir) {
  const data = path.join(dir, 'data');
  const log = path.join(dir, 'seed.log');
  const units = countryOf(many_units);
  const order = orderOfTree(units);
  const owner = (i) => order[Math.floor(i * order.length / many_systems)];
  const took = {};
  const made = { units: units.length, systems: many_systems };
  let token;
  await run(anze, ['init', '--data', data, '--name', '示例数据局', '--json']);
  await serving(anze, data, log, async (base) => {
    const accounts = [{ login: 'county', role: 'county_officer' }];
    made.passwords = await makeAccounts(anze, data, base, accounts);
    token = await logIn(base, 'county', made.passwords.county);
    await timed(took, `${units.length} units over HTTP`, say, () => makeUnits(base, token, units));
    made.ranges = await timed(took, 'address ranges over HTTP', say, () => makeRanges(base, token, units, order, owner, many_systems));
    const named = (at) => units[at].unit_name;
    made.province = 0;
    made.township = units.findIndex((unit) => unit.unit_kind === 'township');
    Object.assign(made.passwords, await makeAccounts(anze, data, base, [
      { login: 'province', role: 'unit_officer', unit: named(0) }, { login: 'township', role: 'unit_officer', unit: named(made.township) }]));
  });
  await timed(took, `${many_systems} systems by import registry`, say,
    () => importSystems(anze, data, (i) => units[owner(i)], many_systems, say));
  const nessus = path.join(dir, 'scan.nessus');
  made.findings = makeNessus(nessus, nessus_mb * 1e6, many_systems).items;
  await timed(took, `${made.findings} findings by import scan`, say, () => run(anze, ['import', 'scan', nessus, '--data', data, '--json'], { limit_s: 900 }));
  fs.rmSync(nessus);
  await serving(anze, data, log, async (base) => {
    token = await logIn(base, 'county', made.passwords.county);
    made.letters = await timed(took, 'letters', say, () => makeLetters(base, token, 200));
    made.collections = await timed(took, `${many_collections} collections over HTTP`, say, () => makeCollections(base, token, units, many_collections, say));
  });
  return { ...made, took, unit_ids: units.map((unit) => unit.unit_id), unit_names: units.map((unit) => unit.unit_name), parents: units.map((unit) => unit.parent) };
}

export async function scaleSeed(options) {
  const { root, out, many_units, many_systems, fresh, say } = options;
  const dir = path.join(out, `scale-${many_units}-${many_systems}`);
  const about = path.join(dir, 'seed.json');
  const mark = sources(root, 'bench/lib/scale-seed.mjs');
  if (!fresh && fs.existsSync(about)) {
    const kept = JSON.parse(fs.readFileSync(about, 'utf8'));
    if (kept.mark === mark) {
      say('seed: kept from an earlier run');
      return { ...kept, dir, data: path.join(dir, 'data'), kept: true };
    }
  }
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const made = { mark, ...await build(options, dir) };
  fs.writeFileSync(about, JSON.stringify(made), { mode: 0o600 });
  return { ...made, dir, data: path.join(dir, 'data') };
}
