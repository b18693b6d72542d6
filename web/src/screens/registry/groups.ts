// SPDX-License-Identifier: Apache-2.0
/** Which fields of a system belong together, for the file and the form alike. */
export const measures = ['measure_intrusion', 'measure_antivirus', 'measure_anti_ddos', 'measure_traffic', 'measure_anti_tamper', 'measure_dns', 'measure_scanning', 'measure_encryption', 'measure_audit']

export interface Group {
  key: string
  fields: string[]
  folded?: boolean
  /** Only for these kinds of system; the others never see it unless something is filled in. */
  types?: string[]
}
export const groups: Group[] = [
  { key: 'identity', fields: ['system_name', 'short_name', 'system_type', 'unit_id', 'lifecycle_status', 'internet_exposed', 'is_cii', 'business_category', 'business_desc', 'service_scope', 'service_target', 'build_kind', 'supervising_unit_id', 'build_unit_id', 'operating_unit_id', 'using_unit_id'] },
  { key: 'site', types: ['website'], fields: ['gov_site_code'] },
  { key: 'wechat', types: ['wechat_official'], fields: ['wx_name', 'wx_origin_id', 'wx_kind', 'wx_subject'] },
  { key: 'mini', types: ['mini_program'], fields: ['miniapp_appid', 'wx_subject'] },
  { key: 'app', types: ['app'], fields: ['app_package', 'app_platform', 'app_store', 'app_icp_no'] },
  { key: 'contacts', fields: ['owner_name', 'owner_title', 'owner_mobile', 'owner_phone', 'owner_email', 'contact_name', 'contact_title', 'contact_mobile', 'contact_phone', 'contact_email', 'ops_contact', 'ops_mobile'] },
  { key: 'grading', fields: ['mlps_level', 's_level', 'a_level', 'grading_date', 'expert_review_date', 'dept_approval_date', 'filing_status', 'filing_cert_no', 'filing_authority', 'filing_date', 'filing_valid_to'] },
  { key: 'evaluation', fields: ['evaluator', 'evaluator_cert_no', 'report_no', 'eval_date', 'eval_valid_to', 'eval_scheme', 'eval_conclusion', 'score_x100', 'major_risk_count', 'major_risk_fixed', 'crypto_eval_org', 'crypto_report_no', 'crypto_eval_date', 'crypto_eval_valid_to', 'crypto_score_x100', 'crypto_eval_conclusion', 'crypto_filed_date'] },
  { key: 'build', folded: true, fields: ['approval_doc_no', 'build_basis', 'plan_filed_no', 'builder_vendor', 'ops_vendor', 'security_vendor', 'supervisor_vendor', 'nda_date', 'contract_fen', 'fund_source', 'security_budget_fen', 'start_date', 'online_date', 'acceptance_date', 'acceptance_result', 'security_test_no', 'software_test_no', 'asset_no', 'source_owner'] },
  { key: 'deploy', folded: true, fields: ['deploy_location', 'cloud_name', 'cloud_mlps_level', 'cloud_crypto_conclusion', 'room_address', 'host_count', 'vm_count', 'os_name', 'db_name', 'middleware', 'dev_language', 'is_localized', 'backup_mode', 'last_restore_drill', 'isolation_device', 'log_months'] },
  { key: 'measures', folded: true, fields: [...measures, 'security_measures'] },
  { key: 'data', folded: true, fields: ['data_level', 'has_pi', 'pi_count', 'has_sensitive_pi', 'has_minor_pi', 'data_rows', 'data_gb', 'user_count', 'daily_visits', 'share_flag', 'open_flag', 'cross_border_flag'] },
  { key: 'remark', folded: true, fields: ['remark'] },
]
export const fieldsOf = (key: string): string[] => groups.find((g) => g.key === key)!.fields

/** The groups that a system of this kind needs, and those in which it has something. */
export function groupsFor(type: unknown, row: Record<string, unknown>): Group[] {
  const filled = (f: string): boolean => row[f] !== null && row[f] !== undefined && row[f] !== ''
  return groups.filter((g) => !g.types || g.types.includes(String(type)) || g.fields.some((f) => filled(f) && f !== 'wx_subject'))
}
