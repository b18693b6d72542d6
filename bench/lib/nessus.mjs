// SPDX-License-Identifier: Apache-2.0
// A large Nessus file: hosts of the seeded county (and some that nobody registered), plugins whose frequency falls off as
// real ones do, mostly information, a few critical. The same size gives the same bytes.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { address } from './seed.mjs';

const PLUGINS = 900;
const WORDS = ('the remote host service version is affected by a flaw in its handling of crafted requests which may allow an '
  + 'unauthenticated attacker to read memory execute code cause denial bypass checks disclose data certificate chain cipher suite weak '
  + 'protocol enabled server header cookie session plugin detected configuration default account patch update vendor advisory note '
  + 'that this script relies on the reported number only and did not test for the issue itself').split(' ');
const FAMILIES = ['General', 'Service detection', 'Web Servers', 'Misc.', 'Windows', 'Databases', 'SSL/TLS', 'CGI abuses', 'Ubuntu Local Security Checks'];
const PORTS = [[443, 'www'], [80, 'www'], [22, 'ssh'], [8080, 'www'], [3389, 'msrdp'], [445, 'cifs'], [3306, 'mysql'], [8443, 'www'], [1433, 'mssql'], [6379, 'redis']];

function generator(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function sentences(random, least, spread) {
  let text = '';
  const want = least + random(spread);
  while (text.length < want) {
    const words = Array.from({ length: 8 + random(14) }, () => WORDS[random(WORDS.length)]);
    text += `${words[0][0].toUpperCase()}${words.join(' ').slice(1)}.${random(4) ? ' ' : '\n\n'}`;
  }
  return text.trim();
}

function severity(random) {
  const n = random(100);
  return n < 55 ? 0 : n < 62 ? 1 : n < 88 ? 2 : n < 97 ? 3 : 4;
}

function makePlugin(random, at) {
  const level = severity(random);
  const title = `${sentences(random, 20, 30).split('.')[0].slice(0, 70)} (${10000 + at})`;
  const year = 2012 + random(13);
  const cves = level ? Array.from({ length: random(6) }, () => `CVE-${year}-${1000 + random(40000)}`) : [];
  const risk = ['None', 'Low', 'Medium', 'High', 'Critical'][level];
  const parts = [
    `<description>${sentences(random, 150, 1500)}</description>`, `<fname>check_${10000 + at}.nasl</fname>`,
    `<plugin_modification_date>${year + 1}/0${1 + random(9)}/1${random(10)}</plugin_modification_date>`, `<plugin_name>${title}</plugin_name>`,
    `<plugin_publication_date>${year}/0${1 + random(9)}/2${random(9)}</plugin_publication_date>`, '<plugin_type>remote</plugin_type>',
    `<risk_factor>${risk}</risk_factor>`, `<script_version>1.${random(60)}</script_version>`, `<solution>${sentences(random, 30, 300)}</solution>`,
    `<synopsis>${sentences(random, 30, 90)}</synopsis>`,
  ];
  if (level) {
    const score = [0, 2 + random(19) / 10, 4 + random(30) / 10, 7 + random(19) / 10, 9 + random(11) / 10][level];
    parts.push(`<cvss_base_score>${score.toFixed(1)}</cvss_base_score>`, `<cvss3_base_score>${score.toFixed(1)}</cvss3_base_score>`,
      '<cvss_vector>CVSS2#AV:N/AC:L/Au:N/C:P/I:P/A:P</cvss_vector>', ...cves.map((cve) => `<cve>${cve}</cve>`),
      ...cves.map((_, i) => `<see_also>https://advisories.example/${year}/${10000 + at}/${i}</see_also>`));
  }
  return { id: 10000 + at, level, title, family: FAMILIES[random(FAMILIES.length)], body: parts.join('\n'), port: PORTS[random(PORTS.length)] };
}

function item(random, plugin, port, service) {
  const output = random(3) ? `<plugin_output>\n  Path              : /srv/app${random(50)}\n  Installed version : ${random(9)}.${random(30)}.${random(90)}\n`
    + `  Fixed version     : ${9 + random(3)}.${random(30)}\n${sentences(random, 40, 500)}\n</plugin_output>\n` : '';
  return `<ReportItem port="${port}" svc_name="${service}" protocol="tcp" severity="${plugin.level}" pluginID="${plugin.id}"`
    + ` pluginName="${plugin.title}" pluginFamily="${plugin.family}">\n${plugin.body}\n${output}</ReportItem>\n`;
}

function host(random, plugins, ip) {
  let text = `<ReportHost name="${ip}"><HostProperties>\n<tag name="HOST_START_TIMESTAMP">1767230000</tag>\n<tag name="HOST_END_TIMESTAMP">1767233600</tag>\n`
    + `<tag name="operating-system">Linux Kernel 5.10</tag>\n<tag name="host-ip">${ip}</tag>\n</HostProperties>\n`;
  const items = 25 + random(50);
  const used = new Set();
  for (let i = 0; i < items; i++) {
    // The product of two draws: a few plugins on nearly every host, many on a handful.
    const plugin = plugins[Math.floor((random(1000) * random(1000) * PLUGINS) / 1e6)];
    const [port, service] = random(5) ? plugin.port : PORTS[random(PORTS.length)];
    const key = `${plugin.id}/${port}`;
    if (used.has(key)) continue;
    used.add(key);
    text += item(random, plugin, port, service);
  }
  return { text: `${text}</ReportHost>\n`, items: used.size };
}

const HEAD = `<?xml version="1.0" ?>
<NessusClientData_v2>
<Policy><policyName>Full scan of the extranet</policyName>
<Preferences><ServerPreferences><preference><name>port_range</name><value>1-65535</value></preference>
<preference><name>plugin_set</name><value>${Array.from({ length: 20000 }, (_, i) => 10000 + i).join(';')}</value></preference>
</ServerPreferences></Preferences></Policy>
<Report name="Extranet, first quarter" xmlns:cm="http://www.nessus.org/cm">
`;

// Writes about `bytes`; the counts of what stands in it.
export function makeNessus(file, bytes, systems) {
  const random = generator(7);
  const plugins = Array.from({ length: PLUGINS }, (_, at) => makePlugin(random, at));
  const fd = fs.openSync(file, 'w', 0o600);
  let size = fs.writeSync(fd, HEAD);
  let hosts = 0;
  let items = 0;
  for (let i = 0; size < bytes; i++) {
    const known = i % 10 !== 9;
    const made = host(random, plugins, known ? address((i * 7919) % systems) : `10.200.${(i >> 8) & 255}.${i & 255}`);
    size += fs.writeSync(fd, made.text);
    hosts++;
    items += made.items;
  }
  size += fs.writeSync(fd, '</Report>\n</NessusClientData_v2>\n');
  fs.closeSync(fd);
  return { size, hosts, items };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file, megabytes = '100', systems = '100000'] = process.argv.slice(2);
  if (!file) throw new Error('usage: node nessus.mjs FILE [MEGABYTES [SYSTEMS]]');
  console.log(JSON.stringify(makeNessus(file, Number(megabytes) * 1e6, Number(systems))));
}
