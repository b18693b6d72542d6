// SPDX-License-Identifier: Apache-2.0
import { bool, date, int, json, money, note, one_of, ref_to, rows_of, table, text, time, type RowOf } from './fields'

const ro = { readonly: true } as const
const must = { required: true } as const

export const enums: Record<string, readonly string[]> = {
  role: ['county_officer', 'regulator', 'bureau_leader', 'office_director', 'unit_officer', 'unit_leader', 'scan_team', 'vendor_user', 'sys_admin', 'sec_admin', 'audit_admin'],
  unit_kind: ['leading_group', 'regulator', 'bureau', 'section', 'affiliated_unit', 'association', 'township', 'soe', 'vendor'],
  post_kind: ['party_head', 'admin_head', 'deputy_in_charge', 'department_head', 'section_head', 'security_officer', 'security_contact', 'ops_contact', 'office_director', 'leading_group_head', 'leading_group_member'],
  system_type: ['website', 'business_system', 'office_system', 'platform', 'wechat_official', 'mini_program', 'app', 'h5', 'other_new_media', 'iot', 'network', 'data_resource'],
  lifecycle_status: ['planning', 'building', 'testing', 'trial', 'online', 'suspended', 'shutdown', 'retired'],
  register_state: ['draft', 'submitted', 'confirmed'],
  network_zone: ['internet', 'gov_extranet', 'gov_intranet', 'private_network', 'lan'],
  protocol: ['tcp', 'udp'],
  filing_status: ['not_required', 'not_filed', 'preparing', 'submitted', 'filed', 'expired'],
  service_scope: ['national', 'cross_province', 'province', 'cross_city', 'city', 'county', 'unit'],
  service_target: ['staff', 'public', 'both'],
  build_kind: ['self_built', 'superior_built', 'saas', 'shared'],
  deploy_location: ['province_cloud', 'city_cloud', 'county_cloud', 'own_room', 'idc', 'public_cloud', 'superior_platform'],
  severity: ['info', 'low', 'medium', 'high', 'critical'],
  finding_state: ['reported', 'verified', 'notified', 'accepted', 'fixing', 'fed_back', 'retesting', 'closed', 'false_positive', 'risk_accepted'],
  finding_source: ['scan', 'outside_notice', 'manual'],
  vuln_kind: ['weak_password', 'injection', 'xss', 'outdated_component', 'weak_crypto', 'misconfiguration', 'information_leak', 'exposed_service', 'hidden_link', 'other'],
  address_state: ['unregistered', 'registered', 'explained', 'concealment_case'],
  source_type: ['cac_office', 'psb_reminder_letter', 'psb_cyber', 'bigdata_bureau', 'superior', 'other'],
  letter_kind: ['rectification_order', 'reminder_letter', 'interview_invitation', 'interview_record', 'criticism', 'shutdown_order', 'concealment_notice'],
  letter_state: ['draft', 'issued', 'acknowledged', 'fed_back', 'retesting', 'closed_out', 'returned', 'withdrawn'],
  feedback_state: ['draft', 'submitted', 'returned', 'accepted'],
  extension_state: ['asked', 'granted', 'refused'],
  case_kind: ['interview', 'criticism', 'concealment', 'shutdown', 'accountability'],
  case_state: ['proposed', 'first_agreed', 'approved', 'returned', 'dropped', 'held', 'done'],
  duty_state: ['open', 'satisfied', 'late', 'exempt', 'cancelled'],
  attachment_kind: ['evidence', 'stamped_scan', 'evaluation_report', 'filing_certificate', 'special_meeting_minutes'],
}

export const org_unit = table('org_unit', {
  unit_id: int(ro), parent_id: ref_to('org_unit'), unit_name: text({ ...must, max: 100 }), short_name: text({ max: 40 }),
  unit_kind: one_of('unit_kind', must), uscc: text({ format: 'uscc' }), region_code: text(), issuer_code: text({ max: 20 }),
  sort_no: int(), valid_from: date(), valid_to: date(), unit_path: text({ ...ro, hidden: true }),
})
export const person = table('person', {
  person_id: int(ro), unit_id: ref_to('org_unit', must), person_name: text({ ...must, personal: true, max: 40 }), title: text({ max: 60 }),
  office_phone: text({ personal: true, format: 'phone' }), mobile: text({ personal: true, format: 'mobile' }),
  email: text({ personal: true, format: 'email' }), valid_from: date(), valid_to: date(),
})
export const post = table('post', {
  post_id: int(ro), unit_id: ref_to('org_unit', must), person_id: ref_to('person', must), post_kind: one_of('post_kind', must),
  department: text({ max: 60 }), valid_from: date(), valid_to: date(), person_name: text({ ...ro, personal: true }),
  title: text(ro), office_phone: text({ ...ro, personal: true }), mobile: text({ ...ro, personal: true }), email: text({ ...ro, personal: true }),
})
export const address_range = table('address_range', {
  range_id: int(ro), unit_id: ref_to('org_unit', must), unit_name: text(ro), cidr: text({ ...must, format: 'cidr' }),
  first_ip: text(ro), last_ip: text(ro), network_zone: one_of('network_zone'), note: text(),
})
export const system_endpoint = table('system_endpoint', {
  endpoint_id: int(ro), system_id: ref_to('info_system', ro), url: text({ format: 'url' }), domain: text({ format: 'domain' }), ip: text({ format: 'ip' }),
  port: int({ min: 1, max: 65535 }), protocol: one_of('protocol'), network_zone: one_of('network_zone'), icp_no: text({ format: 'icp_no' }),
  psb_no: text(), internet_exposed: bool(), valid_from: date(), valid_to: date(),
})
export const info_system = table('info_system', {
  system_id: int(ro), system_no: text(ro), system_name: text({ ...must, max: 100 }), short_name: text({ max: 40 }), system_type: one_of('system_type', must),
  unit_id: ref_to('org_unit', must), unit_name: text(ro), supervising_unit_id: ref_to('org_unit'), business_desc: note(must),
  service_scope: one_of('service_scope'), service_target: one_of('service_target'), build_kind: one_of('build_kind'), is_cii: bool(must),
  internet_exposed: bool(), network_zone: one_of('network_zone'), gov_site_code: text(), wx_origin_id: text(), wx_name: text(), wx_subject: text(), miniapp_appid: text(), app_package: text(),
  approval_doc_no: text(), builder_vendor: text(), ops_vendor: text(), security_vendor: text(), contract_fen: money(), security_budget_fen: money(),
  start_date: date(), online_date: date(), acceptance_date: date(), asset_no: text(),
  deploy_location: one_of('deploy_location'), cloud_name: text(), is_localized: bool(), backup_mode: text(), last_restore_drill: date(), log_months: int(),
  mlps_level: int({ min: 0, max: 5 }), s_level: int({ min: 0, max: 5 }), a_level: int({ min: 0, max: 5 }), grading_date: date(),
  filing_status: one_of('filing_status'), filing_cert_no: text(), filing_authority: text(), filing_date: date(), filing_valid_to: date(),
  evaluator: text(), report_no: text(), eval_date: date(), conclusion: text(), has_pi: bool(), pi_count: int(), data_level: text(),
  lifecycle_status: one_of('lifecycle_status', must), register_state: one_of('register_state', ro), confirmed_at_ms: time(ro), version: int({ ...ro, hidden: true }),
  endpoints: rows_of(system_endpoint),
})
export const scan_import = table('scan_import', {
  import_id: int(ro), format: text(ro), tool: text(ro), file_name: text(ro), file_digest: text(ro), scanned_at_ms: time(ro), imported_at_ms: time(ro),
  records: int(ro), hosts: int(ro), hosts_up: int(ro), open_ports: int(ro), created: int(ro), changed: int(ro), unchanged: int(ro),
  reopened: int(ro), closed: int(ro), unmatched: int(ro),
})
export const finding = table('finding', {
  finding_id: int(ro), finding_no: text(ro), unit_id: ref_to('org_unit', must), unit_name: text(ro), system_id: ref_to('info_system'), system_name: text(ro),
  ip: text({ format: 'ip' }), port: int({ min: 1, max: 65535 }), protocol: one_of('protocol'), host_name: text(), url_path: text(), rule_id: text(), tool: text(ro),
  title: text({ ...must, max: 200 }), vuln_kind: one_of('vuln_kind', must), severity: one_of('severity', must), cvss_x10: int(), cves: text(),
  description: note(), remedy: note(), evidence: note(), state: one_of('finding_state', ro), first_seen_ms: time(ro), last_seen_ms: time(ro),
  seen_count: int(ro), reopened_count: int(ro), closed_at_ms: time(ro), closed_why: text(ro), source: one_of('finding_source'), letter_id: ref_to('letter', ro),
})
export const live_address = table('live_address', {
  address_id: int(ro), ip: text(ro), host_name: text(ro), ports: text(ro), unit_id: ref_to('org_unit', ro), unit_name: text(ro),
  first_seen_ms: time(ro), last_seen_ms: time(ro), state: one_of('address_state', ro), note: text(),
})
export const notice = table('notice', {
  notice_id: int(ro), source_type: one_of('source_type', must), source_name: text({ max: 100 }), source_no: text({ max: 60 }), received_date: date(must),
  severity: one_of('severity', must), unit_id: ref_to('org_unit', must), unit_name: text(ro), system_id: ref_to('info_system'), content: note(must), deadline_date: date(),
})
export const letter = table('letter', {
  letter_id: int(ro), letter_kind: one_of('letter_kind', must), doc_number: text(ro), unit_id: ref_to('org_unit', must), unit_name: text(ro), title: text({ max: 200 }),
  state: one_of('letter_state', ro), issued_at_ms: time(ro), delivered_at_ms: time(ro), acknowledged_at_ms: time(ro), due_date: date(ro), due_provisional: bool(ro),
  countdown_working_days: int(ro), late: bool(ro), verify_code: text(ro), requirements: note(), finding_count: int(ro),
})
export const feedback = table('feedback', {
  feedback_id: int(ro), letter_id: ref_to('letter', ro), cause: note(must), measures: note(must), completed_date: date(must), lateral_check: note(), result: note(),
  filled_by: text(ro), signed_by: text(), state: one_of('feedback_state', ro),
})
export const discipline_case = table('discipline_case', {
  case_id: int(ro), case_kind: one_of('case_kind', must), state: one_of('case_state', ro), unit_id: ref_to('org_unit', must), unit_name: text(ro),
  system_id: ref_to('info_system'), system_name: text(ro), finding_id: ref_to('finding'), letter_id: ref_to('letter'), duty_id: ref_to('duty'), article: text(ro), rule: text(ro),
  reason: note(must), interviewer_post: one_of('post_kind'), interviewee_posts: text(), meeting_at_ms: time(), place: text(), minutes: note(), commitments: note(),
  decided1_by: text(ro), decided2_by: text(ro),
})
export const duty = table('duty', {
  duty_id: int(ro), rule: text(ro), article: text(ro), pack: text(ro), title: text(ro), subject_kind: text(ro), subject_id: int(ro), subject_label: text(ro),
  unit_id: ref_to('org_unit', ro), unit_name: text(ro), state: one_of('duty_state', ro), opened_at_ms: time(ro), from_date: date(ro), due_date: date(ro), due_provisional: bool(ro),
  countdown_working_days: int(ro), late: bool(ro), url: text(ro),
})
export const ledger_entry = table('ledger_entry', {
  seq: int(ro), chain: text(ro), at_ms: time(ro), actor: text(ro), verb: text(ro), subject_kind: text(ro), subject_id: int(ro), unit_id: ref_to('org_unit', ro),
  unit_name: text(ro), detail: json(ro), hash: text(ro),
})
export const inbox_item = table('inbox_item', {
  inbox_id: int(ro), title: text(ro), body: note(ro), url: text(ro), created_at_ms: time(ro), read_at_ms: time(ro),
})
export const user = table('user', {
  user_id: int(ro), login_name: text({ ...must, format: 'login_name' }), display_name: text({ ...must, max: 40 }), roles: json<string[]>(must),
  unit_id: ref_to('org_unit', must), unit_name: text(ro), disabled: bool(), last_login_ms: time(ro),
})

export const tables = {
  org_unit, person, post, address_range, system_endpoint, info_system, scan_import, finding, live_address, notice, letter, feedback,
  discipline_case, duty, ledger_entry, inbox_item, user,
}

export type OrgUnit = RowOf<typeof org_unit>
export type Person = RowOf<typeof person>
export type Post = RowOf<typeof post>
export type SystemEndpoint = RowOf<typeof system_endpoint>
export type InfoSystem = RowOf<typeof info_system>
export type ScanImport = RowOf<typeof scan_import>
export type Finding = RowOf<typeof finding>
export type LiveAddress = RowOf<typeof live_address>
export type Notice = RowOf<typeof notice>
export type Letter = RowOf<typeof letter>
export type Feedback = RowOf<typeof feedback>
export type DisciplineCase = RowOf<typeof discipline_case>
export type Duty = RowOf<typeof duty>
export type LedgerEntry = RowOf<typeof ledger_entry>
export type InboxItem = RowOf<typeof inbox_item>
export type User = RowOf<typeof user>

export interface Me {
  user_id: number
  login_name: string
  display_name: string
  roles: string[]
  unit_id: number
  unit_name: string
  lang: 'zh' | 'en'
  must_change_password: boolean
}
