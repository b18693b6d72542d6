// SPDX-License-Identifier: Apache-2.0
// The county that is measured: made through the real front doors only (init, accounts, units and ranges over HTTP, systems by
// `anze import registry`), so that every row has its ledger entry and every duty is settled. Kept under build/bench and copied
// for each run.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { ask, each, logIn } from './client.mjs';
import { freePort, run, start, stop, untilReady } from './proc.mjs';

const KINDS = [
  ['门户网站', '网站', 443, '是', 2], ['业务管理系统', '业务系统', 8080, '否', 2], ['协同办公系统', '办公系统', 443, '否', 2],
  ['数据共享平台', '平台', 8443, '否', 3], ['便民服务应用', 'APP', 443, '是', 1],
];
const ROWS_A_FILE = 20000;

export function address(i) {
  return `10.${20 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
}

// A quarter of all units is one bureau's (its schools), so that a unit officer's own list has a page 1,000.
export function unitsOf(many) {
  const bureaus = Math.max(2, Math.round(many / 25));
  const schools = Math.round(many / 4) - 1;
  const units = [{ unit_name: '示例县教育局', unit_kind: 'bureau', parent: -1 }];
  for (let i = 0; i < schools; i++) units.push({ unit_name: `示例县第${i + 1}学校`, unit_kind: 'affiliated_unit', parent: 0 });
  const first = units.length;
  for (let i = 0; i < bureaus - 1; i++) units.push({ unit_name: `示例县第${i + 1}局`, unit_kind: 'bureau', parent: -1 });
  const below = many - units.length;
  for (let i = 0; i < below; i++)
    units.push({ unit_name: `示例县第${i + 1}事业单位`, unit_kind: 'affiliated_unit', parent: first + (i % (bureaus - 1)) });
  return units;
}

export function sources(root, own) {
  const hash = crypto.createHash('sha256');
  const take = (name) => hash.update(name).update(fs.readFileSync(path.join(root, name)));
  const look = (dir) => {
    for (const entry of fs.readdirSync(path.join(root, dir), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = `${dir}/${entry.name}`;
      if (entry.isDirectory()) look(name);
      else if (name.endsWith('.sql') || name.startsWith('packs/')) take(name);
    }
  };
  look('src');
  look('packs');
  take(own);
  return hash.digest('hex');
}

export async function makeAccounts(anze, data, base, accounts) {
  const made = {};
  for (const { login, role, unit } of accounts) {
    const args = ['user', 'add', login, '--role', role, '--data', data, '--json', ...(unit ? ['--unit', unit] : [])];
    const { password } = JSON.parse((await run(anze, args)).out);
    const token = await logIn(base, login, password);
    const fresh = `Bench-${crypto.randomBytes(6).toString('hex')}-7`;
    await ask(base, token, 'PUT', '/api/me/password', { password, new_password: fresh });
    made[login] = fresh;
  }
  return made;
}

async function makeUnits(base, token, units) {
  const make = async (unit) => {
    const body = { unit_name: unit.unit_name, unit_kind: unit.unit_kind, parent_id: unit.parent < 0 ? root : units[unit.parent].unit_id };
    unit.unit_id = (await ask(base, token, 'POST', '/api/units', body)).unit_id;
  };
  const root = (await ask(base, token, 'GET', '/api/units?limit=1')).items[0].unit_id;
  await each(units.filter((unit) => unit.parent < 0), make);
  await each(units.filter((unit) => unit.parent >= 0), make);
}

// System i belongs to unit i / per, in blocks, so that a unit's addresses are one range.
async function makeRanges(base, token, units, per) {
  await each(units, (unit, at) => ask(base, token, 'POST', '/api/address-ranges', {
    unit_id: unit.unit_id, range_text: `${address(at * per)}-${address(at * per + per - 1)}`, network_zone: 'gov_extranet',
  }));
}

// owner(i): the unit that system i belongs to.
export function sheet(owner, from, to) {
  const lines = ['系统名称,责任单位,系统类型,业务描述,运行状态,是否对互联网开放,网络安全联系人,部署位置,等保级别,备案状态,备案证明编号,备案日期,备案有效期至,IP 地址,端口'];
  for (let i = from; i < to; i++) {
    const unit = owner(i);
    const [tail, type, port, open, level] = KINDS[i % KINDS.length];
    const filed = level >= 2 && i % 5 !== 0;
    const day = `202${3 + (i % 3)}-0${1 + (i % 9)}-1${i % 10}`;
    lines.push([`${unit.unit_name}${tail}${i + 1}号`, unit.unit_name, type, `${unit.unit_name}的${tail}，面向工作人员和群众`, i % 11 ? '在线运行' : '建设中',
      open, `安全员`, '县政务云', level, filed ? '已备案' : '未备案', filed ? `330000${String(i % 100000).padStart(5, '0')}-24001` : '',
      filed ? day : '', filed ? `2028${day.slice(4)}` : '', address(i), port].join(','));
  }
  return `\ufeff${lines.join('\r\n')}\r\n`;
}

export async function importSystems(anze, data, owner, many, say) {
  const file = path.join(path.dirname(data), 'systems.csv');
  const report = { rows: 0, seconds: 0, peak_mb: 0 };
  for (let from = 0; from < many; from += ROWS_A_FILE) {
    fs.writeFileSync(file, sheet(owner, from, Math.min(from + ROWS_A_FILE, many)));
    const done = await run(anze, ['import', 'registry', file, '--data', data, '--json'], { memory: true, limit_s: 1800 });
    const { created, errors } = JSON.parse(done.out);
    if (errors.length) throw new Error(`import registry: ${JSON.stringify(errors[0])}`);
    report.rows += created;
    report.seconds += done.seconds;
    report.peak_mb = Math.max(report.peak_mb, done.peak_mb);
    say(`  ${report.rows} systems, ${done.seconds.toFixed(1)} s, ${done.peak_mb.toFixed(0)} MB`);
  }
  fs.rmSync(file);
  return report;
}

async function build(anze, dir, many_units, many_systems, say) {
  const data = path.join(dir, 'data');
  const units = unitsOf(many_units);
  const per = Math.floor(many_systems / units.length);
  await run(anze, ['init', '--data', data, '--name', '示例县数据局', '--json']);
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const server = start(anze, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], { log: path.join(dir, 'seed.log') });
  let passwords;
  try {
    await untilReady(port, '/api/health', 60, server);
    passwords = await makeAccounts(anze, data, base, [{ login: 'county', role: 'county_officer' }]);
    const token = await logIn(base, 'county', passwords.county);
    say(`seed: ${units.length} units with their ranges, over HTTP`);
    await makeUnits(base, token, units);
    await makeRanges(base, token, units, per);
    Object.assign(passwords, await makeAccounts(anze, data, base, [{ login: 'bureau', role: 'unit_officer', unit: units[0].unit_name }]));
  } finally {
    await stop(server);
  }
  say(`seed: ${per * units.length} systems by import registry`);
  const imported = await importSystems(anze, data, (i) => units[Math.floor(i / per)], per * units.length, say);
  return { passwords, imported, systems: imported.rows, units: units.map((unit) => unit.unit_id) };
}

// { dir, data, passwords, systems, units (ids), imported }
export async function seed({ root, anze, out, many_units, many_systems, fresh, say }) {
  const dir = path.join(out, `seed-${many_systems}`);
  const about = path.join(dir, 'seed.json');
  const mark = sources(root, 'bench/lib/seed.mjs');
  if (!fresh && fs.existsSync(about)) {
    const kept = JSON.parse(fs.readFileSync(about, 'utf8'));
    if (kept.mark === mark) {
      say(`seed: ${kept.systems} systems kept from an earlier run`);
      return { ...kept, dir, data: path.join(dir, 'data') };
    }
  }
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const made = { mark, ...await build(anze, dir, many_units, many_systems, say) };
  fs.writeFileSync(about, JSON.stringify(made), { mode: 0o600 });
  return { ...made, dir, data: path.join(dir, 'data') };
}

export function copyData(seeded, to) {
  fs.rmSync(to, { recursive: true, force: true });
  fs.cpSync(seeded.data, to, { recursive: true, mode: fs.constants.COPYFILE_FICLONE });
  return to;
}
