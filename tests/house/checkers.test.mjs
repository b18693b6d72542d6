// SPDX-License-Identifier: Apache-2.0
// Each checker must be able to fail: a small tree in which one thing is wrong, and the place where it must be found.
//     node --test tests/house/
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const tools = fileURLToPath(new URL('../../tools/', import.meta.url))
const SPDX = '/* SPDX-License-Identifier: Apache-2.0 */\n'
const LAYERS = `base:
db: base
http: base db
domain: base db http
helpers: base
app: base db http domain
lib sqlite3.h src/db/db_sqlite.c
`
const CLEAN = {
  'src/LAYERS': LAYERS,
  'src/base/clock.h': SPDX,
  'src/base/clock.c': `${SPDX}#include "base/clock.h"\n#include <string.h>\n`,
  'src/db/db.h': SPDX,
  'src/db/db_inner.h': SPDX,
  'src/db/db_sqlite.c': `${SPDX}#include <sqlite3.h>\n#include "db/db_inner.h"\n`,
  'src/domain/org/org.h': SPDX,
  'src/domain/org/org_parts.h': SPDX,
  'src/domain/org/org.c': `${SPDX}#include "domain/org/org_parts.h"\n#include "db/db.h"\n`,
  'src/domain/org/words/zh.json': '{\n  "org.fault.full": "已满 {0}"\n}\n',
  'src/domain/org/words/en.json': '{\n  "org.fault.full": "full: {0}"\n}\n',
  'src/domain/find/find.h': SPDX,
  'src/domain/find/find.c': `${SPDX}#include "domain/org/org.h"\n`,
}

function check(tool, changes, ...more) {
  const root = mkdtempSync(join(tmpdir(), 'anze-house-'))
  try {
    for (const [path, text] of Object.entries({ ...CLEAN, ...changes })) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    const ran = spawnSync(join(tools, tool), [root, ...more.map((one) => join(root, one))], { encoding: 'utf8' })
    return { code: ran.status, said: ran.stdout + ran.stderr }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
function finds(tool, changes, what, ...more) {
  const { code, said } = check(tool, changes, ...more)
  assert.equal(code, 1, `${tool} let it pass:\n${said}`)
  assert.match(said, what)
}
function passes(tool, changes = {}, ...more) {
  const { code, said } = check(tool, changes, ...more)
  assert.equal(code, 0, said)
}
const c = (text) => `${SPDX}${text}\n`

test('layers: a clean tree passes', () => passes('check-layers'))
test('layers: a lower room includes a higher one', () => finds('check-layers', { 'src/base/x.c': c('#include "db/db.h"') }, /src\/base\/x\.c:2: base may not see db/))
test('layers: a library outside its place', () => finds('check-layers', { 'src/domain/org/x.c': c('#include <sqlite3.h>') }, /org\/x\.c:2: <sqlite3\.h> belongs to/))
test('layers: a library that nobody wrote down', () => finds('check-layers', { 'src/db/x.c': c('#include <zlib.h>') }, /<zlib\.h> has no line/))
test('layers: another capability past its front', () => finds('check-layers', { 'src/domain/find/x.c': c('#include "domain/org/org_parts.h"') }, /only the front header/))
test('layers: a circle of capabilities', () => finds('check-layers', { 'src/domain/org/x.c': c('#include "domain/find/find.h"') }, /circle: .*org/))
test('layers: a private header of another room', () => finds('check-layers', { 'src/http/x.c': c('#include "db/db_inner.h"') }, /private to db/))
test('layers: a file that is not there', () => finds('check-layers', { 'src/db/x.c': c('#include "base/clok.h"') }, /does not exist/))
test('layers: a room that nobody wrote down', () => finds('check-layers', { 'src/cellar/x.c': SPDX }, /room cellar/))
test('layers: an include without its room', () => finds('check-layers', { 'src/db/x.c': c('#include "db.h"') }, /write it as/))

const style = (path, text, what) => () => finds('check-style', { [path]: text }, what)
test('style: a clean tree passes', () => passes('check-style'))
test('style: no licence line', style('src/db/x.c', 'int x;\n', /src\/db\/x\.c:1: SPDX/))
test('style: goto', style('src/db/x.c', c('void f(void) { goto out; out:; }'), /x\.c:2: goto/))
test('style: goto in a comment is none', () => passes('check-style', { 'src/db/x.c': c('/* go to: goto */') }))
test('style: strcpy', style('src/db/x.c', c('void f(char *a) { strcpy(a, "x"); }'), /strcpy\(\)/))
test('style: system', style('src/base/x.c', c('int f(void) { return system("ls"); }'), /system\(\)/))
test('style: malloc in a capability', style('src/domain/org/x.c', c('void *f(void) { return malloc(3); }'), /malloc\(\) in domain/))
test('style: malloc below is allowed', () => passes('check-style', { 'src/base/x.c': c('void *f(void) { return malloc(3); }') }))
test('style: a long file', style('src/db/x.c', SPDX + 'int x;\n'.repeat(700), /701 lines/))
test("style: somebody's folder", style('docs/x.md', 'see /' + 'home/somebody/notes\n', /a path of one machine/))
test('style: a registry of one house', style('docs/x.md', 'https://nex' + 'us.example.com/repository\n', /package registry/))
test('style: a lock file that points elsewhere', style('web/package-lock.json', '{"resolved": "https://mirror.example.com/x.tgz"}\n', /not the public registry/))
test('style: white space at the end', style('src/db/x.c', c('int x; '), /white space/))

const words = (zh, en) => ({ 'src/domain/org/words/zh.json': zh, 'src/domain/org/words/en.json': en })
const FULL = '"org.fault.full": "{0}"'
test('words: a clean tree passes', () => passes('check-words', { 'src/domain/org/x.c': c('x = call_fail(call, ERR_INVALID, f(a, b), "org.fault.full", name);') }))
test('words: one language lacks a key', () => finds('check-words', words(`{\n${FULL},\n"org.a": "甲"\n}`, `{\n${FULL}\n}`), /en\.json: "org\.a" is missing/))
test('words: the gaps differ', () => finds('check-words', words('{\n"org.a": "甲{0}{1}"\n}', '{\n"org.a": "a {0}"\n}'), /"org\.a" has/))
test('words: written twice', () => finds('check-words', words('{\n"org.a": "甲",\n"org.a": "乙"\n}', '{\n"org.a": "a"\n}'), /written twice/))
test('words: not JSON', () => finds('check-words', words('{', '{}'), /zh\.json/))
test('words: a key that C names and nobody wrote', () => finds('check-words', { 'src/domain/org/x.c': c('x = call_fail(call, ERR_INVALID, "a, b", "org.fault.gone");') }, /x\.c:2: "org\.fault\.gone"/))
test('words: a key that a page names and nobody wrote', () => finds('check-words', { 'web/src/A.vue': "<p>{{ t('page.gone') }}</p>" }, /A\.vue:1: "page\.gone"/))
const api = (node) => ({ 'api.json': JSON.stringify({ components: { schemas: { Unit: node } } }) })
test('words: a field without a label', () => finds('check-words', api({ properties: { a: { 'x-words': 'field.org_unit.a' } } }), /"field\.org_unit\.a" is missing/, 'api.json'))
test('words: a value without a label', () => finds('check-words', api({ enum: ['b'], 'x-words': 'enum.kind' }), /"enum\.kind\.b" is missing/, 'api.json'))
test('words: an interface description without words', () => finds('check-words', api({}), /names no words/, 'api.json'))

const glossary = (row) => ({ 'GLOSSARY.md': `| 术语 | identifier | where |\n|---|---|---|\n${row}\n`, 'src/domain/org/steps/0001_org.sql': 'CREATE TABLE org_unit (unit_id INTEGER);\n' })
test('glossary: a clean tree passes', () => passes('check-glossary', glossary('| 单位 | `org_unit` | org |')))
test('glossary: an identifier that the code does not use', () => finds('check-glossary', glossary('| 单位 | `org_body` | org |'), /"org_body"/))
test('glossary: one identifier for two terms', () => finds('check-glossary', glossary('| 单位 | `org_unit` | org |\n| 机构 | `org_unit` | org |'), /twice/))
test('glossary: a table that is not there', () => finds('check-glossary', { 'GLOSSARY.md': 'nothing\n' }, /no terms/))

test('names: a symbol that does not say whose it is', () => {
  const root = mkdtempSync(join(tmpdir(), 'anze-house-'))
  try {
    const dir = join(root, 'CMakeFiles/anze_db.dir/src/db')
    mkdirSync(dir, { recursive: true })
    const build = (text) => {
      writeFileSync(join(root, 'x.c'), text)
      execFileSync('cc', ['-c', join(root, 'x.c'), '-o', join(dir, 'db_list.c.o')])
      return spawnSync(join(tools, 'check-names'), [root], { encoding: 'utf8' })
    }
    const good = build('int db_list_sort(void); int db_list_sort(void) { return 0; } static int any(void) { return 1; } int db_any(void); int db_any(void) { return any(); }\n')
    assert.equal(good.status, 0, good.stderr)
    assert.match(good.stdout, /2 exported/)
    const bad = build('int sort_list(void); int sort_list(void) { return 0; }\n')
    assert.equal(bad.status, 1)
    assert.match(bad.stderr, /src\/db\/db_list\.c: sort_list/)
    const none = spawnSync(join(tools, 'check-names'), [join(root, 'empty')], { encoding: 'utf8' })
    assert.equal(none.status, 1)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})
