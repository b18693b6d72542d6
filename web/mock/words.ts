// SPDX-License-Identifier: Apache-2.0
import type { Table } from '../src/api/fields'
/** Rough labels, only so that pages can be looked at before the server's words exist. */
const zh: Record<string, string> = {
  unit_id: '责任单位', unit_name: '责任单位', system_id: '系统', system_name: '系统名称', system_no: '系统编号', short_name: '简称', system_type: '系统类型', lifecycle_status: '状态', mlps_level: '等保级别', filing_status: '备案状态', internet_exposed: '对互联网开放', network_zone: '所在网络', register_state: '登记状态', confirmed_at_ms: '最近确认', business_desc: '业务描述', is_cii: '关键信息基础设施', service_scope: '服务范围', service_target: '服务对象', build_kind: '建设性质', url: '访问地址', domain: '域名', ip: 'IP 地址', port: '端口', protocol: '协议', icp_no: 'ICP 备案号', psb_no: '公安备案号',
  title: '标题', severity: '级别', state: '状态', doc_number: '文号', due_date: '期限', finding_count: '隐患', issued_at_ms: '制发时间', acknowledged_at_ms: '签收时间', letter_kind: '文种', finding_no: '隐患编号', last_seen_ms: '最近发现', first_seen_ms: '首次发现', source: '来源', vuln_kind: '类别', cause: '原因分析', measures: '整改措施', completed_date: '完成时间', lateral_check: '举一反三情况', result: '整改结果', signed_by: '负责人', filled_by: '填报人',
}
const enums_zh: Record<string, string> = {
  county_officer: '县大数据局经办人', unit_officer: '单位网络安全员', bureau_leader: '局领导', scan_team: '远程扫描团队', audit_admin: '审计管理员', sys_admin: '系统管理员', sec_admin: '安全管理员', website: '网站', business_system: '业务系统', office_system: '办公系统', platform: '平台', wechat_official: '公众号', mini_program: '小程序', app: 'APP', online: '在用', trial: '试运行', building: '在建', suspended: '停用', filed: '已备案', not_filed: '未备案', preparing: '准备中', internet: '互联网', gov_extranet: '政务外网',
  info: '提示', low: '低危', medium: '中危', high: '高危', critical: '超危', reported: '待核实', verified: '已核实', notified: '已通知', fixing: '整改中', closed: '已关闭', draft: '草稿', issued: '待签收', acknowledged: '整改中', fed_back: '待审核', retesting: '待复测', closed_out: '已销号', returned: '已退回', withdrawn: '已撤回', rectification_order: '限期整改通知书', reminder_letter: '提示函', confirmed: '已确认', submitted: '已提交', open: '进行中', late: '逾期', proposed: '待决定', approved: '已批准', interview: '约谈', criticism: '通报批评', concealment: '瞒报', security_officer: '网络安全员', unregistered: '未登记', registered: '已登记', bureau: '委办局', township: '乡镇', affiliated_unit: '直属单位',
}
export function words(lang: 'zh' | 'en', enums: Record<string, readonly string[]>, tables: Record<string, Table>): Record<string, string> {
  const out: Record<string, string> = {}
  for (const table of Object.values(tables)) for (const f of Object.keys(table.fields)) out[`field.${table.name}.${f}`] = (lang === 'zh' && zh[f]) || f.replace(/_/g, ' ')
  for (const [name, values] of Object.entries(enums)) for (const v of values) out[`enum.${name}.${v}`] = (lang === 'zh' && enums_zh[v]) || v.replace(/_/g, ' ')
  return out
}
