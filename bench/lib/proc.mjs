// SPDX-License-Identifier: Apache-2.0
// Processes: started here, stopped here by their own number, never longer than they may run.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';

const running = new Set();

export function start(command, args, options = {}) {
  const { log, env, cwd } = options;
  const out = log ? fs.openSync(log, 'a') : 'ignore';
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', out, out] });
  if (log) fs.closeSync(out);
  const self = { pid: child.pid, child, name: command, ended: false };
  self.end = new Promise((resolve) => {
    child.on('error', (error) => { self.error = error; });
    child.on('close', (code, signal) => {
      self.ended = true;
      running.delete(self);
      resolve({ code, signal });
    });
  });
  running.add(self);
  return self;
}

export async function stop(self, signal = 'SIGTERM') {
  if (!self || self.ended) return;
  self.child.kill(signal);
  const timer = setTimeout(() => self.child.kill('SIGKILL'), 15000);
  await self.end;
  clearTimeout(timer);
}

async function stopAll() {
  await Promise.all([...running].map((self) => stop(self)));
}

// The whole of a benchmark: whatever it started is stopped when it is done, fails, is told to end or takes too long.
export function toTheEnd(main, limit_s) {
  const watchdog = setTimeout(() => finish(new Error(`not done within ${limit_s} s`)), limit_s * 1000);
  async function finish(error) {
    clearTimeout(watchdog);
    await stopAll();
    if (error) console.error(`bench: ${error.stack}`);
    process.exit(error ? 1 : 0);
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => finish(new Error(signal)));
  main().then(() => finish(null), finish);
}

// Runs to the end. ret.out is what it wrote; with memory: true also the most that it and its children held together.
export async function run(command, args, options = {}) {
  const { env, cwd, input, limit_s = 900, memory = false, fails = false } = options;
  const began = process.hrtime.bigint();
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const self = { pid: child.pid, child, name: command, ended: false };
  running.add(self);
  let out = '';
  let err = '';
  let peak = 0;
  child.stdout.on('data', (part) => { out += part; });
  child.stderr.on('data', (part) => { err += part; if (err.length > 65536) err = err.slice(-32768); });
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  const sampler = memory ? setInterval(() => { peak = Math.max(peak, treeRss(child.pid)); }, 20) : null;
  const killer = setTimeout(() => child.kill('SIGKILL'), limit_s * 1000);
  self.end = new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: -1, why: error.message }));
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  const { code, signal, why } = await self.end;
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  self.ended = true;
  running.delete(self);
  clearTimeout(killer);
  if (sampler) clearInterval(sampler);
  if (code !== 0 && !fails)
    throw new Error(`${command} ${args.join(' ').slice(0, 300)}: ${why ?? signal ?? `exit code ${code}`}\n${(err || out).slice(-2000)}`);
  return { code, out, err, seconds, peak_mb: peak / 1048576 };
}

function statm(pid) {
  try {
    return Number(fs.readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;
  } catch {
    return 0;
  }
}

function children(pid) {
  try {
    return fs.readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      fs.readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number));
  } catch {
    return [];
  }
}

export function treeRss(pid) {
  return statm(pid) + children(pid).reduce((sum, child) => sum + treeRss(child), 0);
}

// Anonymous memory and mapped file pages apart: pages of the mapped database belong to the page cache and go when asked for.
export function memory(pid) {
  const text = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024;
  return { rss_mb: mb('VmRSS'), own_mb: mb('RssAnon'), file_mb: mb('RssFile') };
}

export function watchMemory(pid) {
  const most = { rss_mb: 0, own_mb: 0, file_mb: 0 };
  const look = () => {
    try {
      const now = memory(pid);
      for (const key of Object.keys(most)) most[key] = Math.max(most[key], now[key]);
    } catch { /* it has ended */ }
  };
  const timer = setInterval(look, 50);
  return () => { clearInterval(timer); look(); return most; };
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// Milliseconds until the address answers 200. A fresh connection each time, as a user's browser would.
export async function untilReady(port, path, limit_s, self) {
  const began = process.hrtime.bigint();
  const passed = () => Number(process.hrtime.bigint() - began) / 1e6;
  while (passed() < limit_s * 1000) {
    if (self?.ended) throw new Error(`${self.name} ended before it answered`);
    if (await probe(port, path)) return passed();
    await sleep(2);
  }
  throw new Error(`nothing answered on port ${port} within ${limit_s} s`);
}

function probe(port, path) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    const end = (good) => { socket.destroy(); resolve(good); };
    socket.setTimeout(2000, () => end(false));
    socket.on('error', () => end(false));
    socket.on('connect', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`));
    socket.on('data', (part) => { text += part; if (text.length >= 12) end(text.slice(9, 12) === '200'); });
    socket.on('close', () => resolve(false));
  });
}

export function sleep(ms) {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}

function cpuTicks(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

// Until the process has done nothing to speak of for a second: what it does at its start is over.
export async function untilQuiet(pid, limit_s = 60) {
  let before = cpuTicks(pid);
  for (let quiet = 0, i = 0; quiet < 2 && i < limit_s * 2; i++) {
    await sleep(500);
    const now = cpuTicks(pid);
    quiet = now - before <= 1 ? quiet + 1 : 0;
    before = now;
  }
}

// Connections that have asked once and now wait.
export async function idleConnections(port, path, many, token) {
  const sockets = [];
  const open = () => new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', reject);
    socket.once('data', () => resolve(socket));
    socket.on('connect', () => socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${token ? `Authorization: Bearer ${token}\r\n` : ''}\r\n`));
  });
  for (let i = 0; i < many; i += 50)
    sockets.push(...await Promise.all(Array.from({ length: Math.min(50, many - i) }, open)));
  const live = () => sockets.filter((socket) => !socket.destroyed && socket.readyState === 'open').length;
  return { live, close: () => sockets.forEach((socket) => socket.destroy()) };
}
