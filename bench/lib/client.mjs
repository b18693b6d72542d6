// SPDX-License-Identifier: Apache-2.0
// Speaks to a running anze as a signed-in person.

export async function ask(base, token, method, path, body) {
  const headers = { ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const reply = await fetch(base + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text.slice(0, 500)}`);
  return text ? JSON.parse(text) : null;
}

export async function logIn(base, login_name, password) {
  return (await ask(base, null, 'POST', '/api/sessions', { login_name, password, api: true })).token;
}

// Not more at a time than a browser or two would.
export async function each(items, work, together = 8) {
  let at = 0;
  const results = new Array(items.length);
  await Promise.all(Array.from({ length: together }, async () => {
    while (at < items.length) {
      const mine = at++;
      results[mine] = await work(items[mine], mine);
    }
  }));
  return results;
}
