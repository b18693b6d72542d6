// SPDX-License-Identifier: Apache-2.0
// What --scale measured, as a page.

const n = (value, digits = 0) => (value === undefined || value === null || Number.isNaN(value) ? '–'
  : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }));
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
const ms = (value) => n(value, value < 10 ? 2 : value < 100 ? 1 : 0);
const INSTANT_MS = 100;

function questions(found) {
  const rows = found.rows.map((row) => [row.name, n(row.bytes), ms(row.p50_ms), ms(row.p99_ms), ms(row.cpu_ms), ms(row.first_ms),
    row.bare_ms === undefined ? '–' : ms(row.bare_ms), row.bare_ms === undefined ? '–' : `${n(row.p50_ms / row.bare_ms, 1)}×`, `${n(row.p50_ms / row.nginx_ms, 1)}×`]);
  const slow = found.rows.filter((row) => row.p50_ms > INSTANT_MS).map((row) => row.name);
  return ['## Questions', '',
    table(['what', 'bytes', 'p50 ms', 'p99 ms', 'CPU ms', 'first ms', 'bare SQL ms', '/ SQL', '/ nginx'], rows), '',
    slow.length ? `Over ${INSTANT_MS} ms: ${slow.join(', ')}.` : `Every one of them is below ${INSTANT_MS} ms.`, '',
    'One client. CPU is what the server used for one of them, in all its threads; first is the first asking. Bare SQL is the page\'s rows by one prepared statement'
    + ' on the same file, without session, scope, count or JSON; nginx serves a file of the same bytes.', ''];
}

function exports_(found) {
  const row = (name, one) => [name, n(one.peer.rows), n(one.bytes / 1e6, 1), n(one.seconds, 2), n(one.peer.seconds, 2), `${n(one.seconds / one.peer.seconds, 1)}×`];
  return ['## Exports', '', table(['what', 'rows', 'MB', 'seconds', 'bare libxlsxwriter loop, s', 'ratio'], [
    row('register as XLSX', found.exports.register), row('summary of a collection of all units', found.exports.summary)]), '',
  `Memory of the server after them: ${n(found.exports.peak_mb)} MB.`, ''];
}

function window_(name, w) {
  return [name, n(w.reads.many), ms(w.reads.p50_ms), ms(w.reads.p99_ms), ms(w.reads.max_ms), n(w.writes.many), ms(w.writes.p50_ms), ms(w.writes.p99_ms), ms(w.writes.max_ms)];
}

function changes(found) {
  const { move, sweep } = found;
  return ['## Changes under load', '',
    `A province of ${n(move.units)} units moved with its ${n(move.records)} records in one transaction: ${n(move.seconds, 2)} s`
    + ` (${n(move.records / move.seconds)} records per second). The sweep of the start took ${n(sweep.took_ms / 1000, 1)} s beside.`, '',
    table(['people while', 'reads', 'p50 ms', 'p99 ms', 'max ms', 'writes', 'p50 ms', 'p99 ms', 'max ms'], [
      window_('the sweep of the start runs', sweep), window_('before the move', move.before), window_('the move runs', move.during)]), '',
    'Readers ask lists, boards, the tree and files, writers register systems, all from one Node.js process, whose own time is in the figures. A write waits for the whole'
    + ' move, since it is one transaction; a read never does.', ''];
}

export function scaleReport(found) {
  const { settings, machine, seed } = found;
  return [
    `# A country's size${settings.smoke ? ' (smoke run: too small to mean anything)' : ''}`, '',
    `${machine.cpus} cores (${machine.model}), ${machine.memory_gb} GB, Linux ${machine.kernel}; ${found.version}. Load of the machine before ${n(machine.load_before, 1)}, after ${n(machine.load_after, 1)};`
    + ` the whole run ${n(found.seconds)} s.`, '',
    Object.entries(found.counts).map(([name, many]) => `${n(many)} ${name}`).join(', ') + '.', '',
    `Made through the front doors${seed.kept ? ' (kept from an earlier run)' : ''}: ${Object.entries(seed.took).map(([name, s]) => `${name} ${n(s, 1)} s`).join('; ')}.`
    + ` ${n(seed.collections.all)} collections ask every unit, ${n(seed.collections.some)} ask 200.`, '',
    `From start to the first answer ${n(found.ready_ms)} ms. Memory after the questions ${n(found.memory.rss_mb)} MB, after exports and the move ${n(found.memory_after.rss_mb)} MB.`, '',
    ...questions(found), ...exports_(found), ...changes(found),
  ].join('\n');
}
