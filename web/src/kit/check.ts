// SPDX-License-Identifier: Apache-2.0
/** The first check of an input, at once and in the browser. The server checks again and its words win. */
import type { Field, Fault, Table } from '@/api'
import { t } from './words'

const formats: Record<string, RegExp> = {
  domain: /^(?=.{1,253}$)([\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u,
  url: /^https?:\/\/\S+$/i,
  mobile: /^1\d{10}$/,
  phone: /^[\d+() -]{5,20}$/,
  email: /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
  uscc: /^[0-9A-HJ-NPQRTUWXY]{18}$/,
  icp_no: /^[一-龥]ICP[备证]\d{6,10}号(-\d{1,4})?$/,
  login_name: /^[A-Za-z0-9._-]{2,40}$/,
  cidr: /^[0-9a-f.:]+(\/\d{1,3})?$/i,
}
function isIp(text: string): boolean {
  const v4 = text.split('.')
  if (v4.length === 4) return v4.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)
  return /^[0-9a-f:]{2,39}$/i.test(text) && text.includes(':')
}

/** What is wrong with one value, or '' when nothing is. */
export function checkValue(field: Field, value: unknown): string {
  const empty = value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)
  if (empty) return field.required ? t('check.required') : ''
  if (field.type === 'text' || field.type === 'note') {
    const text = String(value)
    const max = field.max || (field.type === 'text' ? 200 : 4000)
    if ([...text].length > max) return t('check.too_long', max)
    if (field.format === 'ip' && !isIp(text)) return t('check.ip')
    const rule = field.format ? formats[field.format] : undefined
    if (rule && !rule.test(text)) return t(`check.${field.format}`)
  }
  if (field.type === 'int' || field.type === 'money') {
    const n = Number(value)
    if (!Number.isSafeInteger(n)) return t('check.number')
    if (field.max && (n < (field.min ?? 0) || n > field.max)) return t('check.range', field.min ?? 0, field.max)
  }
  return ''
}

/** All faults of a record: field name to sentence; rows as `field[2].name`. */
export function checkRecord(table: Table, row: Record<string, unknown>, fields: readonly string[]): Record<string, string> {
  const wrong: Record<string, string> = {}
  for (const name of fields) {
    const field = table.fields[name]
    if (!field || field.readonly) continue
    const fault = checkValue(field, row[name])
    if (fault) wrong[name] = fault
    if (field.type === 'rows' && field.rows && Array.isArray(row[name])) {
      ;(row[name] as Record<string, unknown>[]).forEach((line, at) => {
        for (const [sub, message] of Object.entries(checkRecord(field.rows!, line, Object.keys(field.rows!.fields)))) wrong[`${name}[${at}].${sub}`] = message
      })
    }
  }
  return wrong
}
/** The server's faults by field. */
export function faultsByField(faults: readonly Fault[]): Record<string, string> {
  const wrong: Record<string, string> = {}
  for (const f of faults) if (f.field && !wrong[f.field]) wrong[f.field] = f.message
  return wrong
}
