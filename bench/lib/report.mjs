// SPDX-License-Identifier: Apache-2.0
// The figures as a page: what was measured, then each goal with what was reached.

const n = (value, digits = 0) => (value === undefined || Number.isNaN(value) ? '–'
  : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }));
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

function rates(found) {
  const rows = Object.entries(found.requests.rates).map(([name, m]) => (name.startsWith('raw')
    ? [name, n(m.per_s), n(m.p50_us / 1000, 2), n(m.p99_us / 1000, 2), `${n(m.least)}–${n(m.most)}`]
    : [name, n(m.per_s), n(m.p50_ms, 2), n(m.p99_ms, 2), `${n(m.least)}–${n(m.most)}`]));
  const { sizes } = found.requests;
  return [
    '## Requests', '',
    table(['what', 'per second', 'p50 ms', 'p99 ms', 'least–most of the repeats'], rows), '',
    `Bodies: health ${n(sizes.health)} bytes, one system ${n(sizes.one)}, a list of 20 ${n(sizes.list)}. 64 connections where nothing else is said.`,
    `Creates that were answered: ${n(found.requests.kill.told)}; systems that are there: ${n(found.requests.kill.gained)} (more, because some were under way when a run or the process ended);`
    + ` ledger entries that they left: ${n(found.requests.kill.entries)} (a new system opens duties, and each is an entry).`, '',
  ];
}

function memoryAndStart(found) {
  const row = (name, m) => [name, n(m.rss_mb, 1), n(m.own_mb, 1), n(m.file_mb, 1)];
  const rows = [];
  if (found.start) rows.push(row('anze, started and at rest', found.start), row(`anze, ${n(found.idle.connections)} idle connections`, found.idle));
  if (found.requests) rows.push(row('anze, highest under load', found.requests.memory_under_load));
  if (found.directus?.idle) rows.push(row('directus, started and at rest', found.directus.idle), row('directus, highest under load', found.requests.directus_under_load));
  const lines = ['## Memory and start', '', table(['what', 'RSS MB', 'own MB', 'file pages MB'], rows), '',
    'Own is anonymous memory; file pages are the program and its libraries, which the kernel takes back when it needs them.', ''];
  if (found.start) lines.push(`From start to the first 200: ${n(found.start.ready_ms)} ms (files in the page cache). While the start's sweep over all duties runs: ${n(found.start.start_peak_mb)} MB.`);
  if (found.requests) lines.push(`After kill -9 under 64 creating clients: ${n(found.requests.kill.ready_ms)} ms.`);
  if (found.directus?.start_ms) lines.push(`Directus: ${n(found.directus.start_ms)} ms.`);
  return [...lines, ''];
}

function files(found) {
  const lines = [];
  if (found.scan) {
    const s = found.scan;
    lines.push(`## Import of a Nessus file of ${n(s.file.size / 1e6)} MB (${n(s.file.hosts)} hosts, ${n(s.file.items)} items)`, '',
      table(['what', 'seconds', 'MB/s', 'most RSS MB, all its processes'], [
        ['xmllint --stream --noout', n(s.xmllint.seconds, 2), n(s.file.size / 1e6 / s.xmllint.seconds), n(s.xmllint.peak_mb, 1)],
        ['anze import scan', n(s.first.seconds, 2), n(s.file.size / 1e6 / s.first.seconds), n(s.first.peak_mb, 1)],
        ['anze import scan, the same file again', n(s.again.seconds, 2), n(s.file.size / 1e6 / s.again.seconds), n(s.again.peak_mb, 1)],
      ]), '', `\`${JSON.stringify(s.counts)}\``, '',
      `anze takes ${n(s.first.seconds / s.xmllint.seconds, 1)} times as long as xmllint, which only parses.`, '');
  }
  if (found.verify) {
    const { verify, bare } = found.verify;
    lines.push('## Ledger', '', table(['what', 'rows', 'seconds', 'rows per second'], [
      ['anze ledger verify', n(verify.entries), n(verify.seconds, 2), n(verify.per_s)],
      [`bare loop: read and SM3 (${n(bare.bytes_a_row)} bytes a row)`, n(bare.rows), n(bare.seconds, 2), n(bare.per_s)]]), '');
  }
  const { imported } = found.seed;
  lines.push(`The ${n(found.seed.systems)} systems of ${n(found.seed.units)} units came in by \`anze import registry\`: ${n(imported.rows / imported.seconds)} systems per second,`
    + ` each with its ledger entry and its duties settled; most memory ${n(imported.peak_mb)} MB (files of 20,000 rows).`, '');
  return lines;
}

// [goal, text, reached, needed, higher is better, unit of the figure]
function goals(found) {
  const list = [];
  const add = (id, what, reached, need, digits = 2, more = true, unit = '×') => {
    if (reached !== undefined && !Number.isNaN(reached)) list.push({ id, what, reached, need, digits, more, unit });
  };
  const r = found.requests?.rates;
  if (r) {
    const rate = (name) => r[name]?.per_s;
    const far = (who) => r[Object.keys(r).find((name) => name.startsWith(`anze list, ${who}, page`))].per_s;
    const flush = r['raw fdatasync, 1 KB'];
    add('P1', 'health / nginx static file', rate('anze health') / rate('nginx static, as health'), 0.6);
    add('P1', 'health / Directus ping', rate('anze health') / rate('directus ping'), 10, 1);
    for (const who of ['unit officer', 'county officer']) {
      add('P2', `read, ${who} / nginx static file`, rate(`anze read, ${who}`) / rate('nginx static, as read'), 0.25);
      add('P2', `read, ${who} / Directus`, rate(`anze read, ${who}`) / rate('directus read'), 75, 0);
      add('P3', `list, ${who} / nginx static file`, rate(`anze list, ${who}`) / rate('nginx static, as list'), 0.1);
      add('P3', `list, ${who} / Directus`, rate(`anze list, ${who}`) / rate('directus list'), 40, 0);
      add('P4', `list, ${who}: page 1,000 / page 1`, far(who) / rate(`anze list, ${who}`), 0.8);
    }
    add('P5', 'create, 64 clients / raw fdatasync', rate('anze create, 64 clients') / flush.per_s, 1);
    add('P5', 'create, 64 clients / create, 1 client', rate('anze create, 64 clients') / rate('anze create, 1 client'), 2, 1);
    add('P5', 'create, 64 clients / Directus', rate('anze create, 64 clients') / rate('directus create, 64 clients'), 60, 0);
    add('P6', 'create, 1 client: p50 / p50 of raw fdatasync', (r['anze create, 1 client'].p50_ms * 1000) / flush.p50_us, 4, 2, false);
  }
  if (found.verify) {
    add('P10', 'ledger verify / bare loop', found.verify.verify.per_s / found.verify.bare.per_s, 0.7);
    add('P10', 'ledger verify', found.verify.verify.per_s, 150000, 0, true, ' rows/s');
  }
  if (found.start) {
    add('P11', 'memory at rest', found.start.rss_mb, 24, 1, false, ' MB');
    add('P11', 'memory with 1,000 idle connections', found.idle.rss_mb, 64, 1, false, ' MB');
    add('P11', 'memory at rest / Directus', found.start.rss_mb / found.directus?.idle?.rss_mb, 0.1, 2, false);
    add('P12', 'start to first 200', found.start.ready_ms / 1000, 0.2, 2, false, ' s');
  }
  if (found.requests) {
    add('P11', 'memory under load', found.requests.memory_under_load.rss_mb, 128, 1, false, ' MB');
    add('P12', 'start after kill -9', found.requests.kill.ready_ms / 1000, 1, 2, false, ' s');
  }
  return list.map((goal) => ({ ...goal, met: goal.more ? goal.reached >= goal.need : goal.reached <= goal.need }));
}

export function report(found) {
  const { settings, machine, versions } = found;
  const list = goals(found);
  found.goals = list;
  const lines = [
    `# anze beside others${settings.smoke ? ' (smoke run: too short and too small to mean anything)' : ''}`, '',
    `${machine.cpus} cores (${machine.model}), ${machine.memory_gb} GB, Linux ${versions.kernel}. ${n(found.seed.systems)} systems, ${n(found.seed.units)} units.`
    + ` ${settings.repeats} repeats in turns, ${settings.seconds} s each, medians. Load of the machine before ${n(machine.load_before, 1)}, after ${n(machine.load_after, 1)}.`, '',
    `${versions.anze}; ${versions.nginx}; wrk ${/\d+\.\d+\.\d+/.exec(versions.wrk)?.[0] ?? ''}; SQLite ${versions.sqlite.split(' ')[0]}; Node.js ${versions.node};`
    + ` Directus ${found.directus && !found.directus.absent ? versions.directus : `not measured (${found.directus?.absent ?? 'not asked for'})`}.`, '',
  ];
  if (list.length) lines.push('## Goals', '', table(['goal', 'what', 'reached', 'wanted', ''], list.map((goal) => [
    goal.id, goal.what, `${n(goal.reached, goal.digits)}${goal.unit}`, `${goal.more ? '≥' : '≤'} ${n(goal.need, goal.need < 1 ? 2 : 0)}${goal.unit}`, goal.met ? 'met' : '**missed**'])), '');
  if (found.requests) lines.push(...rates(found));
  if (found.start || found.requests) lines.push(...memoryAndStart(found));
  lines.push(...files(found));
  return lines.join('\n');
}
