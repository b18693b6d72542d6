// SPDX-License-Identifier: Apache-2.0
// Directus beside us: from npm, SQLite, the same number of rows, a static token, cache and rate limit off.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, run, start, untilReady } from './proc.mjs';

export const VERSION = '11.3.5'; // the newest one that also runs on Node.js 20
const TOKEN = 'bench-token-bench-token-bench-to';

function installed(dir) {
  try {
    return JSON.parse(fs.readFileSync(path.join(dir, 'installed.json'), 'utf8')).version === VERSION;
  } catch {
    return false;
  }
}

// Native parts are compiled here from source; nothing but packages of the registry is fetched.
export async function install(dir, say) {
  if (installed(dir)) return;
  say(`installing Directus ${VERSION} from npm into ${dir} (some minutes, once)`);
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, 'package.json'), JSON.stringify({ name: 'bench-directus', private: true, version: '0.0.0' }));
  const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  await run('npm', ['install', '--ignore-scripts', ...quiet, `directus@${VERSION}`], { cwd: dir, limit_s: 900 });
  const native = ['argon2', 'sqlite3', 'isolated-vm'];
  // Newer npm runs the install scripts of approved packages only; older ones do not know the word.
  await run('npm', ['install-scripts', 'approve', ...native], { cwd: dir, limit_s: 60, fails: true });
  await run('npm', ['rebuild', ...quiet, ...native], { cwd: dir, limit_s: 900, env: { npm_config_build_from_source: 'true' } });
  fs.writeFileSync(path.join(dir, 'installed.json'), JSON.stringify({ version: VERSION }));
}

function environment(dir, port) {
  return {
    HOST: '127.0.0.1', PORT: String(port), DB_CLIENT: 'sqlite3', DB_FILENAME: path.join(dir, 'data.db'),
    SECRET: 'bench-secret-bench-secret-bench-s', KEY: 'bench-key', ADMIN_EMAIL: 'bench@example.org',
    ADMIN_PASSWORD: 'bench-password', ADMIN_TOKEN: TOKEN, TELEMETRY: 'false', LOG_LEVEL: 'warn',
    RATE_LIMITER_ENABLED: 'false', PRESSURE_LIMITER_ENABLED: 'false', CACHE_ENABLED: 'false', NODE_ENV: 'production',
  };
}

async function makeTable(port) {
  const text = (name) => ({ field: name, type: 'string', schema: {}, meta: {} });
  const number = (name) => ({ field: name, type: 'integer', schema: {}, meta: {} });
  const key = { field: 'id', type: 'integer', schema: { is_primary_key: true, has_auto_increment: true }, meta: { hidden: true } };
  const body = {
    collection: 'systems', schema: {}, meta: {},
    fields: [key, text('name'), number('unit'), text('grade'), text('status'), text('owner'), number('created'), text('address'),
      { field: 'note', type: 'text', schema: {}, meta: {} }],
  };
  const reply = await fetch(`http://127.0.0.1:${port}/collections`, {
    method: 'POST', headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`Directus made no table: ${reply.status} ${(await reply.text()).slice(0, 300)}`);
}

const ROWS = (many) => `
WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${many})
INSERT INTO systems (id, name, unit, grade, status, owner, created, address, note)
SELECT i, '业务管理系统' || i, i % 1000, CAST(i % 4 AS TEXT), 'online', '安全员' || (i % 1000), 1760000000 + i,
       '10.20.' || (i / 256 % 256) || '.' || (i % 256), printf('%.*c', 400, 'x') FROM c;
CREATE INDEX systems_by_unit ON systems (unit, id);
ANALYZE;`;

// Ready to be asked: { self, port, token, version }.
export async function serve(dir, many, log, say) {
  const cli = path.join(dir, 'node_modules/directus/cli.js');
  const port = await freePort();
  const env = environment(dir, port);
  const begin = async () => {
    const self = start(process.execPath, [cli, 'start'], { cwd: dir, env, log });
    const ms = await untilReady(port, '/server/ping', 120, self);
    return { self, ms };
  };
  if (fs.existsSync(path.join(dir, `rows-${many}`)))
    return { ...await begin(), port, token: TOKEN };
  say(`Directus: making ${many} rows`);
  for (const name of fs.readdirSync(dir))
    if (name.startsWith('data.db') || name.startsWith('rows-')) fs.rmSync(path.join(dir, name));
  await run(process.execPath, [cli, 'bootstrap'], { cwd: dir, env, limit_s: 300 });
  const first = await begin();
  await makeTable(port);
  first.self.child.kill('SIGTERM');
  await first.self.end;
  await run('sqlite3', [path.join(dir, 'data.db')], { input: ROWS(many), limit_s: 120 });
  fs.writeFileSync(path.join(dir, `rows-${many}`), '');
  return { ...await begin(), port, token: TOKEN };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await install(path.resolve(process.argv[2] ?? 'build/bench/directus'), (text) => console.error(text));
