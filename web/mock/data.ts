// SPDX-License-Identifier: Apache-2.0
import { enums } from '../src/api/contract'

type Row = Record<string, unknown>
export const DAY = 86_400_000
export const now = Date.now()
const date = (days: number): string => new Date(now + days * DAY + 8 * 3_600_000).toISOString().slice(0, 10)
let seed = 7
const pick = <T>(of: readonly T[]): T => of[(seed = (seed * 48271) % 2147483647) % of.length]

const bureaus = ['文化和旅游局', '教育局', '卫生健康局', '交通运输局', '自然资源和规划局', '农业农村局', '市场监督管理局', '综合行政执法局', '人力资源和社会保障局', '水利局', '民政局', '应急管理局']
const units: Row[] = [
  { unit_id: 1, parent_id: null, unit_name: '示例县人民政府', unit_kind: 'bureau' },
  { unit_id: 2, parent_id: 1, unit_name: '示例县大数据发展管理局', unit_kind: 'bureau' },
  ...bureaus.map((b, n) => ({ unit_id: 10 + n, parent_id: 1, unit_name: `示例县${b}`, unit_kind: 'bureau' })),
  { unit_id: 40, parent_id: 10, unit_name: '示例县图书馆', unit_kind: 'affiliated_unit' }, { unit_id: 41, parent_id: 10, unit_name: '示例县博物馆', unit_kind: 'affiliated_unit' },
  ...['东岙镇', '北滩镇', '南礁乡'].map((b, n) => ({ unit_id: 50 + n, parent_id: 1, unit_name: b, unit_kind: 'township' })),
]
const kinds = ['门户网站', '业务管理系统', '微信公众号', '公共服务平台', '协同办公系统', '数据共享平台', '预约小程序']
const systems: Row[] = Array.from({ length: 1260 }, (_, n) => {
  const u = n < 3 ? units[2] : pick(units.slice(2))
  return {
    system_id: n + 1, system_no: `AZ-330999-2026-${String(n + 1).padStart(5, '0')}`, system_name: `${String(u.unit_name).replace('示例县', '')}${kinds[n % 7]}${n > 60 ? n : ''}`, unit_id: u.unit_id, unit_name: u.unit_name,
    system_type: pick(enums.system_type), lifecycle_status: pick(['online', 'online', 'online', 'trial', 'building', 'suspended']), mlps_level: pick([0, 1, 2, 2, 3]), filing_status: pick(['filed', 'filed', 'not_filed', 'preparing']),
    internet_exposed: pick([true, false]), network_zone: pick(enums.network_zone), register_state: pick(enums.register_state), confirmed_at_ms: now - 40 * DAY, is_cii: false, business_desc: '面向社会公众提供信息公开、预约和查询服务。', version: 1,
    builder_vendor: '示例信息技术有限公司', contract_fen: 128000000, service_scope: 'county', filing_cert_no: n % 2 ? null : '33099900012-26001',
  }
})
const titles: [string, string, string][] = [['Apache Tomcat 远程代码执行漏洞', 'outdated_component', 'critical'], ['后台管理弱口令', 'weak_password', 'high'], ['SSL/TLS 支持过时的加密套件', 'weak_crypto', 'medium'], ['反射型跨站脚本', 'xss', 'medium'], ['目录列表泄露', 'information_leak', 'low'], ['SQL 注入', 'injection', 'critical'], ['OpenSSH 版本过旧', 'outdated_component', 'medium']]
const findings: Row[] = Array.from({ length: 180 }, (_, n) => {
  const s = systems[n < 8 ? n % 3 : (n * 7) % 60]
  const [title, vuln_kind, severity] = titles[n % 7]
  return { finding_id: n + 1, finding_no: `YH-2026-${String(n + 1).padStart(5, '0')}`, unit_id: s.unit_id, unit_name: s.unit_name, system_id: s.system_id, system_name: s.system_name, ip: `10.22.${n % 30}.${(n * 13) % 250}`, port: pick([80, 443, 8080, 22, 3306]), protocol: 'tcp', title, vuln_kind, severity, cvss_x10: 75, cves: 'CVE-2025-24813', state: n < 3 ? 'notified' : pick(['reported', 'verified', 'verified', 'notified', 'fixing', 'closed']), source: 'scan', first_seen_ms: now - 30 * DAY, last_seen_ms: now - 2 * DAY, seen_count: 3, reopened_count: n % 9 === 0 ? 1 : 0, description: '目标主机运行的组件版本存在已公开的安全缺陷，远程攻击者可在未登录的情况下利用。', remedy: '升级到 9.0.99 及以上版本，并限制管理端口的来访地址。', tool: 'Nessus', rule_id: '10386', url_path: '/manager/html' }
})
const letters: Row[] = enums.letter_state.flatMap((state, n) => [0, 1].map((k) => {
  const u = k === 0 && n < 4 ? units[2] : units[3 + n + k]
  const left = state === 'draft' || state === 'issued' ? null : [3, 1, 0, -2, 2, 1, 0, -1][(n + k * 3) % 8]
  return { letter_id: n * 2 + k + 1, letter_kind: 'rectification_order', doc_number: state === 'draft' ? null : `示数整〔2026〕${n * 2 + k + 3}号`, unit_id: u.unit_id, unit_name: u.unit_name, title: `关于限期整改网络安全隐患的通知`, state, issued_at_ms: state === 'draft' ? null : now - (6 - k) * DAY, delivered_at_ms: now - 5 * DAY, acknowledged_at_ms: ['draft', 'issued'].includes(state) ? null : now - 4 * DAY, due_date: left === null ? null : date(left), countdown_working_days: left, late: left !== null && left < 0 && !['closed_out', 'withdrawn'].includes(state), due_provisional: false, finding_count: 3, verify_code: 'K7QX-2M9P' }
}))
const cases: Row[] = [
  { case_id: 1, case_kind: 'criticism', state: 'proposed', unit_id: 13, unit_name: units[5].unit_name, article: 'Y5', rule: 'Y5.criticism', reason: '示数整〔2026〕6号逾期 2 个工作日未反馈，且同一系统 3 个月内再次被通报。', letter_id: 7, system_id: 4, system_name: systems[3].system_name, created_at_ms: now - DAY },
  { case_id: 2, case_kind: 'interview', state: 'proposed', unit_id: 10, unit_name: units[2].unit_name, article: 'S9', rule: 'S9.high', reason: '县公安局网安大队通报高危漏洞，应由分管领导约谈党政主要领导。', interviewer_post: 'deputy_in_charge', interviewee_posts: 'party_head,admin_head', finding_id: 1 },
  { case_id: 3, case_kind: 'concealment', state: 'approved', unit_id: 12, unit_name: units[4].unit_name, article: 'S2', rule: 'S2.concealment', reason: '10.22.8.40:8080 在线运行而未登记，属本单位地址段。' },
]
const article = (pack: string, n: number, title: string, summary: string, supported = true): Row => ({ pack, pack_title: { S: '网络安全责任与信息系统管理通知', J: '政务数据安全管理办法', Z: '政务网络和信息系统安全管理办法', Y: '网络安全工作责任制实施办法' }[pack], article: `${pack}${n}`, cite: `第${'一二三四五六七八九十'[n - 1] ?? n}条`, title, summary, supported, fulfilled: supported ? 14 + n : 0, due: supported ? n % 4 : 0, late: supported && n % 3 === 0 ? 2 : 0, exempt: n % 5 === 0 ? 1 : 0, units: 20 })
const coverage: Row[] = [article('S', 1, '责任体系', '党政主要负责人同为第一责任人，签署承诺书并填报责任体系表。', false), article('S', 2, '系统登记', '在建在用的网站、系统、公众号、小程序全部登记，漏报迟报按瞒报处理。'), article('S', 3, '定级备案', '系统须定级备案，二级以上须测评合格方可运行。'), article('S', 9, '约谈', '被通报高危的由分管领导约谈党政主要领导；中危的由办公室主任约谈分管领导。'), article('Y', 5, '整改落实', '接到正式通报后三个工作日内完成整改并反馈；逾期或三个月内再发的予以通报批评。'), article('Y', 3, '工作职责', '每年召开专题会议，各科室明确网络安全员。', false), article('Z', 25, '监督检查', '不符合要求的，书面责令限期整改。'), article('J', 2, '适用范围', '仅限非涉密政务数据。', false)]
const duties: Row[] = letters.filter((l) => l.due_date && l.state !== 'closed_out').map((l, n) => ({ duty_id: n + 1, rule: 'Y5.fix', article: 'Y5', pack: 'Y', title: '接到通报后三个工作日内完成整改并反馈', subject_kind: 'finding', subject_id: n + 1, subject_label: titles[n % 7][0], unit_id: l.unit_id, unit_name: l.unit_name, state: l.late ? 'late' : 'open', opened_at_ms: now - 4 * DAY, due_date: l.due_date, countdown_working_days: l.countdown_working_days, late: l.late, letter_id: l.letter_id }))
const year = Number(date(0).slice(0, 4))
const span = (from: number, to: number, month: number, name: string): Row[] => Array.from({ length: to - from + 1 }, (_, n) => ({ date: `${year}-${String(month).padStart(2, '0')}-${String(from + n).padStart(2, '0')}`, name, off: true }))

export const data = {
  units, systems, findings, letters, cases, coverage, duties,
  addresses: Array.from({ length: 17 }, (_, n) => ({ address_id: n + 1, ip: `10.22.8.${40 + n}`, host_name: '', ports: '80,443,8080', unit_id: 10 + (n % 6), unit_name: units[2 + (n % 6)].unit_name, first_seen_ms: now - 3 * DAY, last_seen_ms: now - DAY, state: n < 11 ? 'unregistered' : 'registered', note: '' })) as Row[],
  imports: [{ import_id: 1, format: 'nessus', tool: 'Nessus', file_name: '县政务外网_11月.nessus', file_digest: 'debe9ff92275b8a1', scanned_at_ms: now - 2 * DAY, imported_at_ms: now - DAY, records: 186, hosts: 64, hosts_up: 61, open_ports: 142, created: 23, changed: 4, unchanged: 150, reopened: 2, closed: 7, unmatched: 11 }] as Row[],
  notices: [{ notice_id: 1, source_type: 'psb_cyber', source_name: '示例县公安局网安大队', source_no: '示公网通〔2026〕17号', received_date: date(-3), severity: 'high', unit_id: 10, unit_name: units[2].unit_name, system_id: 1, content: '门户网站后台存在弱口令，可直接登录。', deadline_date: date(3) }] as Row[],
  ledger: Array.from({ length: 220 }, (_, n) => ({ seq: 220 - n, chain: 'main', at_ms: now - n * 3_600_000, actor: '经办人(示例)', verb: pick(['letter.issued', 'finding.verified', 'system.created', 'scan.imported', 'letter.acknowledged']), subject_kind: 'letter', subject_id: 3, unit_id: 10, unit_name: units[2].unit_name, detail: { doc_number: '示数整〔2026〕3号' }, hash: 'c8aaf89429554029e231941a2acc0ad61ff2a5acd8fadd25847a3a732b3b02c3' })) as Row[],
  inbox: [{ inbox_id: 1, title: '您有一份整改通知待签收', body: '示数整〔2026〕3号，签收后 3 个工作日内完成整改。', url: '/letters/3', created_at_ms: now - 3_600_000, read_at_ms: null }, { inbox_id: 2, title: '扫描导入完成', body: '新增 23 条，关闭 7 条。', url: '/scans/1', created_at_ms: now - DAY, read_at_ms: now }] as Row[],
  users: [{ user_id: 1, login_name: 'county_officer', display_name: '经办人(示例)', roles: ['county_officer'], unit_id: 2, unit_name: units[1].unit_name, disabled: false, last_login_ms: now }] as Row[],
  people: [] as Row[], attachments: [] as Row[], packs: coverage.slice(0, 4).map((_, n) => ({ pack_id: n + 1, pack: 'SJZY'[n], title: ['网络安全责任与信息系统管理通知', '政务数据安全管理办法', '政务网络和信息系统安全管理办法', '网络安全工作责任制实施办法'][n], number: '示发〔2022〕44号', version: '1', articles: 20, loaded_at_ms: now })) as Row[],
  ranges: [{ range_id: 1, unit_id: 10, unit_name: units[2].unit_name, cidr: '10.22.8.0/24', network_zone: 'gov_extranet', note: '' }] as Row[],
  calendar: { year, published: true, days: [...span(1, 7, 10, '国庆节'), { date: `${year}-10-10`, name: '国庆节', off: false }] },
  full(kind: string, one: Row): Row {
    if (kind === 'systems') return { ...one, endpoints: [{ endpoint_id: 1, url: 'https://wl.example.gov.cn', domain: 'wl.example.gov.cn', ip: '10.22.8.12', port: 443, protocol: 'tcp', network_zone: 'gov_extranet', internet_exposed: true, icp_no: '浙ICP备2026000001号-1' }], posts: [{ post_id: 1, post_kind: 'security_officer', person_id: 1, person_name: '网络安全员(示例)', mobile: '139****0001' }], duties: duties.filter((d) => d.unit_id === one.unit_id), letters: letters.filter((l) => l.unit_id === one.unit_id), gate: { change: 'system.go_live', lines: [{ message: '已确定等级', article: 'S3', met: true }, { message: '已完成备案', article: 'S3', met: false }, { message: '测评合格且在有效期内', article: 'S3', met: false }] } }
    if (kind === 'letters') return { ...one, findings: findings.filter((f) => f.unit_id === one.unit_id).slice(0, 3), feedbacks: one.state === 'fed_back' ? [{ feedback_id: 1, letter_id: one.letter_id, cause: '供应商上线时保留了出厂密码。', measures: '已改为 16 位强密码，关闭远程管理端口，停用 2 个闲置账号。', completed_date: date(-1), lateral_check: '已查其他 2 个系统。', state: 'submitted', filled_by: '网络安全员(示例)' }] : [], requirements: '', citations: [{ article: 'Y5' }, { article: 'Z25' }] }
    if (kind === 'units') return { ...one, posts: [{ post_id: 1, post_kind: 'party_head', person_id: 1, person_name: '党组书记(示例)', title: '党组书记', office_phone: '0580-****001', mobile: '139****0001' }], counts: { systems: 12, open_findings: 5, late_duties: 1 } }
    if (kind === 'findings') return { ...one, events: [{ at_ms: now - 30 * DAY, verb: 'finding.reported', actor: '扫描团队(示例)' }, { at_ms: now - 2 * DAY, verb: 'finding.seen_again', actor: '扫描团队(示例)' }], elsewhere: findings.slice(20, 22) }
    return one
  },
}

const page = '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>endobj\n4 0 obj<</Length 60>>stream\nBT /F 24 Tf 90 700 Td (Letter preview (stand-in)) Tj ET    \nendstream endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n'
export const pdf = Buffer.from(page)
