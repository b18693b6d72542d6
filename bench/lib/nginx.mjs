// SPDX-License-Identifier: Apache-2.0
// nginx with two workers and three static files: the least that a request over HTTP can cost on this machine.
import fs from 'node:fs';
import path from 'node:path';
import { freePort, start, untilReady } from './proc.mjs';

const CONFIG = (dir, port) => `
worker_processes 2;
daemon off;
pid ${dir}/nginx.pid;
error_log ${dir}/error.log warn;
events { worker_connections 4096; }
http {
    types { application/json json; }
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/fastcgi;
    uwsgi_temp_path ${dir}/uwsgi; scgi_temp_path ${dir}/scgi;
    server { listen 127.0.0.1:${port}; root ${dir}/files; }
}
`;

// files: { name: text }.
export async function serveStatic(dir, files, log) {
  fs.mkdirSync(path.join(dir, 'files'), { recursive: true });
  fs.chmodSync(dir, 0o755);
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(dir, 'files', name), text, { mode: 0o644 });
  const port = await freePort();
  const config = path.join(dir, 'nginx.conf');
  // The workers run as whoever started it, so that they can read files below a private folder.
  const user = process.getuid() === 0 ? 'user root;\n' : '';
  fs.writeFileSync(config, user + CONFIG(dir, port));
  const self = start('nginx', ['-c', config, '-e', path.join(dir, 'error.log')], { log });
  await untilReady(port, `/${Object.keys(files)[0]}`, 20, self);
  return { self, port };
}
