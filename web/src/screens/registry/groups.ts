// SPDX-License-Identifier: Apache-2.0
/** Which fields of a system belong together, for the file and the form alike. */
export const groups: { key: string; fields: string[]; folded?: boolean }[] = [
  { key: 'identity', fields: ['system_name', 'short_name', 'system_type', 'unit_id', 'supervising_unit_id', 'business_desc', 'lifecycle_status', 'is_cii', 'service_scope', 'service_target', 'build_kind'] },
  { key: 'presence', fields: ['internet_exposed', 'network_zone', 'gov_site_code', 'wx_origin_id', 'wx_name', 'wx_subject', 'miniapp_appid', 'app_package'] },
  { key: 'grading', fields: ['mlps_level', 's_level', 'a_level', 'grading_date', 'filing_status', 'filing_cert_no', 'filing_authority', 'filing_date', 'filing_valid_to', 'evaluator', 'report_no', 'eval_date', 'conclusion'] },
  { key: 'build', folded: true, fields: ['approval_doc_no', 'builder_vendor', 'ops_vendor', 'security_vendor', 'contract_fen', 'security_budget_fen', 'start_date', 'online_date', 'acceptance_date', 'asset_no'] },
  { key: 'deploy', folded: true, fields: ['deploy_location', 'cloud_name', 'is_localized', 'backup_mode', 'last_restore_drill', 'log_months', 'data_level', 'has_pi', 'pi_count'] },
]
