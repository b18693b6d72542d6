// SPDX-License-Identifier: Apache-2.0
/** Which fields of a system belong together, for the file and the form alike. */
export const groups: { key: string; fields: string[]; folded?: boolean }[] = [
  { key: 'identity', fields: ['system_name', 'short_name', 'system_type', 'unit_id', 'business_desc', 'lifecycle_status', 'internet_exposed', 'is_cii', 'supervising_unit_id', 'build_unit_id', 'using_unit_id', 'business_category', 'service_scope', 'service_target', 'build_kind'] },
  { key: 'contacts', fields: ['owner_name', 'owner_mobile', 'contact_name', 'contact_mobile', 'ops_contact'] },
  { key: 'grading', fields: ['mlps_level', 's_level', 'a_level', 'grading_date', 'filing_status', 'filing_cert_no', 'filing_authority', 'filing_date', 'filing_valid_to', 'evaluator', 'report_no', 'eval_date', 'eval_valid_to', 'eval_scheme', 'eval_conclusion', 'score_x100', 'major_risk_count', 'major_risk_fixed', 'crypto_eval_org', 'crypto_eval_date', 'crypto_eval_conclusion'] },
  { key: 'build', folded: true, fields: ['approval_doc_no', 'plan_filed_no', 'builder_vendor', 'ops_vendor', 'security_vendor', 'supervisor_vendor', 'contract_fen', 'fund_source', 'security_budget_fen', 'start_date', 'online_date', 'acceptance_date', 'acceptance_result', 'security_test_no', 'software_test_no', 'asset_no', 'source_owner'] },
  { key: 'deploy', folded: true, fields: ['deploy_location', 'cloud_name', 'cloud_mlps_level', 'room_address', 'host_count', 'os_name', 'db_name', 'middleware', 'dev_language', 'is_localized', 'backup_mode', 'last_restore_drill', 'isolation_device', 'security_measures', 'log_months'] },
  { key: 'data', folded: true, fields: ['data_level', 'has_pi', 'pi_count', 'has_sensitive_pi', 'has_minor_pi', 'data_rows', 'user_count', 'daily_visits', 'share_flag', 'open_flag', 'cross_border_flag'] },
  { key: 'accounts', folded: true, fields: ['gov_site_code', 'wx_origin_id', 'wx_subject', 'miniapp_appid', 'app_package', 'app_icp_no', 'remark'] },
]
