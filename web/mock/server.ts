// SPDX-License-Identifier: Apache-2.0
/** A stand-in server for working on the look of pages. Development only: `npm run dev:mock`. Log in as any role's name. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'
import { enums, tables } from '../src/api/contract'
import { data, DAY, now, pdf } from './data'
import { words } from './words'

type Row = Record<string, unknown>
let role = ''
const roles: Record<string, [string, number, string]> = {
  county_officer: ['经办人(示例)', 2, '示例县大数据发展管理局'], unit_officer: ['网络安全员(示例)', 10, '示例县文化和旅游局'], bureau_leader: ['分管领导(示例)', 2, '示例县大数据发展管理局'],
  scan_team: ['扫描团队(示例)', 2, '示例县大数据发展管理局'], audit_admin: ['审计管理员(示例)', 2, '示例县大数据发展管理局'], sys_admin: ['系统管理员(示例)', 2, '示例县大数据发展管理局'], sec_admin: ['安全管理员(示例)', 2, '示例县大数据发展管理局'],
}
const me = (): Row => ({ user_id: 7, login_name: role, display_name: roles[role][0], roles: [role], unit_id: roles[role][1], unit_name: roles[role][2], lang: 'zh', must_change_password: false })

function list(rows: Row[], q: URLSearchParams, key: string): Row {
  let out = rows
  for (const [name, value] of q) {
    if (['q', 'sort', 'limit', 'cursor', 'count', 'format'].includes(name)) continue
    if (name === 'late') out = out.filter((r) => !!r.late === (value === '1'))
    else out = out.filter((r) => value.split(',').includes(String(typeof r[name] === 'boolean' ? Number(r[name]) : r[name])))
  }
  const text = q.get('q')
  if (text) out = out.filter((r) => JSON.stringify(r).includes(text))
  const sort = q.get('sort')
  if (sort) {
    const f = sort.replace(/^-/, '')
    out = [...out].sort((a, b) => String(a[f] ?? '').localeCompare(String(b[f] ?? ''), undefined, { numeric: true }) * (sort[0] === '-' ? -1 : 1))
  }
  if (role === 'unit_officer' && rows[0] && 'unit_id' in rows[0]) out = out.filter((r) => r.unit_id === 10)
  const from = Number(q.get('cursor') ?? 0)
  const limit = Number(q.get('limit') ?? 20)
  return { items: out.slice(from, from + limit), next: from + limit < out.length ? String(from + limit) : null, total: out.length, key }
}
const collections: Record<string, [Row[], string]> = {
  units: [data.units, 'unit_id'], systems: [data.systems, 'system_id'], findings: [data.findings, 'finding_id'], letters: [data.letters, 'letter_id'], 'live-addresses': [data.addresses, 'address_id'],
  'scan-imports': [data.imports, 'import_id'], notices: [data.notices, 'notice_id'], cases: [data.cases, 'case_id'], duties: [data.duties, 'duty_id'], ledger: [data.ledger, 'seq'], inbox: [data.inbox, 'inbox_id'],
  users: [data.users, 'user_id'], people: [data.people, 'person_id'], 'address-ranges': [data.ranges, 'range_id'], packs: [data.packs, 'pack_id'], attachments: [data.attachments, 'attachment_id'],
}

function answer(method: string, path: string, q: URLSearchParams, body: Row): [number, unknown] {
  const parts = path.split('/').slice(2)
  if (path.startsWith('/api/words/')) return [200, words(parts[1] as 'zh' | 'en', enums, tables as never)]
  if (path === '/api/about') return [200, { authority_name: '示例县大数据发展管理局', version: '0.1.0' }]
  if (path === '/api/sessions') {
    if (!(String(body.login_name) in roles)) return [401, { error: { code: 'unauthenticated', message: '账号或密码不正确。', faults: [] } }]
    role = String(body.login_name)
    return [201, me()]
  }
  if (path === '/api/sessions/current') return [(role = '') || 204, null]
  if (!role) return [401, { error: { code: 'unauthenticated', message: '请先登录。', faults: [] } }]
  if (path === '/api/me') return [200, me()]
  if (path === '/api/units/tree') return [200, data.units]
  if (path.startsWith('/api/calendar/')) return [200, data.calendar]
  if (path.startsWith('/api/articles/')) return [200, data.coverage.find((a) => a.article === parts[1]) ?? data.coverage[0]]
  if (path === '/api/coverage') return [200, { items: data.coverage }]
  if (path === '/api/inbox/count') return [200, { unread: data.inbox.filter((i) => !i.read_at_ms).length }]
  if (path === '/api/letters/board') return [200, { ...Object.fromEntries(enums.letter_state.map((s) => [s, data.letters.filter((l) => l.state === s && (role !== 'unit_officer' || l.unit_id === 10)).length])), late: data.letters.filter((l) => l.late).length }]
  if (path === '/api/ledger/head') return [200, { chain: 'main', seq: data.ledger.length, hash: 'c8aaf89429554029e231941a2acc0ad61ff2a5acd8fadd25847a3a732b3b02c3', at_ms: now, signature: '…' }]
  if (path === '/api/ledger/verify') return [200, { entries: data.ledger.length, ok: true, first_bad: null }]
  if (path === '/api/search') return [200, { groups: [{ kind: 'system', items: data.systems.slice(0, 2).map((s) => ({ id: s.system_id, title: s.system_name, subtitle: s.system_no, unit_name: s.unit_name, url: `/systems/${s.system_id}` })) }, { kind: 'range', items: [{ id: 1, title: '10.22.8.0/24', subtitle: '政务外网', unit_name: '示例县文化和旅游局', url: '/ranges' }] }] }]
  if (path === '/api/registry-imports') return [201, q.get('preview') ? { import_id: 1, rows: 42, created: 30, changed: 4, unchanged: 8, errors: [], mapping: [{ column: '系统名称', field: 'system_name' }, { column: '单位', field: 'unit_id' }, { column: '备注', field: null }] } : { rows: 42, created: 30, changed: 4, unchanged: 8, errors: [] }]
  if (path === '/api/systems/1/lifecycle') return [422, { error: { code: 'refused', message: '不满足上线条件。', faults: [{ message: '尚未完成等级保护备案', article: 'S3' }, { message: '二级以上系统须有合格的测评报告', article: 'S3' }] } }]
  const [rows, key] = collections[parts[0]] ?? []
  if (!rows) return [404, { error: { code: 'not_found', message: '没有找到。', faults: [] } }]
  const one = rows.find((r) => r[key!] === Number(parts[1]))
  if (method === 'GET' && parts.length === 1) return [200, list(rows, q, key!)]
  if (parts.length >= 2 && !one && /^\d+$/.test(parts[1])) return [404, { error: { code: 'not_found', message: '没有找到。', faults: [] } }]
  if (method === 'GET' && parts.length === 2) return [200, data.full(parts[0], one!)]
  if (method === 'GET' && parts[2] === 'lateral') return [200, { items: data.systems.slice(1, 3).map((s) => ({ system_id: s.system_id, system_name: s.system_name, title: '弱口令', result: null })) }]
  if (method === 'GET') return [200, { items: [], next: null }]
  const next: Record<string, string> = { issue: 'issued', acknowledge: 'acknowledged', 'close-out': 'closed_out', withdraw: 'withdrawn', feedback: 'fed_back' }
  if (one && next[parts[2]]) Object.assign(one, { state: parts[2] === 'feedback' && parts[4] === 'accept' ? 'retesting' : next[parts[2]] }, parts[2] === 'acknowledge' ? { acknowledged_at_ms: Date.now(), due_date: new Date(now + 3 * DAY).toISOString().slice(0, 10), countdown_working_days: 3 } : {})
  else if (method === 'PATCH' && one) Object.assign(one, body)
  else if (method === 'POST' && parts.length === 1) {
    const made = { ...body, [key!]: rows.length + 1, state: 'draft', unit_name: data.units.find((u) => u.unit_id === body.unit_id)?.unit_name }
    rows.push(made)
    return [201, made]
  }
  return [200, one ?? {}]
}

export function mock(): Plugin {
  return {
    name: 'anze-mock',
    configureServer(server) {
      server.middlewares.use((request: IncomingMessage, response: ServerResponse, pass) => {
        const url = new URL(request.url ?? '/', 'http://x')
        if (!url.pathname.startsWith('/api/')) return pass()
        const chunks: Buffer[] = []
        request.on('data', (c: Buffer) => chunks.push(c))
        request.on('end', () => {
          if (url.pathname.endsWith('/pdf')) {
            response.setHeader('Content-Type', 'application/pdf')
            return void response.end(pdf)
          }
          let body: Row = {}
          try {
            body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Row
          } catch {
            // An upload.
          }
          const [status, reply] = answer(request.method ?? 'GET', url.pathname, url.searchParams, body)
          response.statusCode = status
          response.setHeader('Content-Type', 'application/json; charset=utf-8')
          response.end(reply === null ? '' : JSON.stringify(reply))
        })
      })
    },
  }
}
