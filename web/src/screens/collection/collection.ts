// SPDX-License-Identifier: Apache-2.0
/** What the server says about collections, tasks and pledges beside the generated fields. */
import type * as gen from '@/api'
import { ApiError, type Fault } from '@/api'

export interface FormLine { form_id: string; kind: 'form' | 'pledge'; article: string; title: string; pack_title: string; version: string; seal: string; prefill: string | null }
export interface FormField { name: string; label: string; help: string | null; type: string; required: boolean; personal: boolean; of: string[] }
export interface FormFull extends FormLine { intro: string | null; fields: FormField[]; columns: FormField[]; rows: { name: string; label: string }[]; min_rows: number; max_rows: number }
export interface Cell { row_no: number; name: string; value: string }
export interface Remark { row_no: number; name: string; remark: string }
export type TaskLine = gen.CollectionTask & { countdown_working_days: number | null }
export type CollectionFull = gen.Collection & { countdown_working_days: number | null; counts: Record<string, number> }
export interface GivenFile { attachment_id: number; file_name: string; media_type: string; size: number; digest: string; uploaded_at_ms: number }
export interface TaskMore {
  files: GivenFile[]
  form: FormFull | null
  cells?: Cell[]
  masked?: boolean
  remarks?: Remark[]
  prefilled_from?: string
  last_answer_at_ms?: number
  form_kind: string
  text: string | null
  standing: boolean
  version: number
  document_id: number
  verify_code: string | null
  sheet_current: boolean
  sheet_at_ms: number
  saved_by_name: string | null
  return_reason: string | null
  decided_by_name: string | null
  scan_attachment_id: number
  scan_digest: string | null
  concealment_why: string | null
  booked_at_ms: number
  booked_by_name: string | null
  case_id: number
}
export type TaskFull = TaskLine & TaskMore

/** The key of a cell, as faults of the server name it too: "mobile" or "rows[2].mobile". */
export const cellKey = (row: number, name: string): string => (row ? `rows[${row}].${name}` : name)

export function toValues(cells: Cell[]): Record<string, string> {
  return Object.fromEntries(cells.map((c) => [cellKey(c.row_no, c.name), c.value]))
}
/** Rows to show: the fixed ones, else as many as are filled. */
export function rowCount(form: FormFull, cells: Cell[]): number {
  return form.rows.length || Math.max(form.min_rows, 0, ...cells.map((c) => c.row_no))
}
export function toCells(form: FormFull, values: Record<string, string>, rows: number): Cell[] {
  const cells: Cell[] = []
  const take = (row_no: number, fields: FormField[]): void => {
    for (const f of fields) {
      const value = (values[cellKey(row_no, f.name)] ?? '').trim()
      if (value) cells.push({ row_no, name: f.name, value })
    }
  }
  take(0, form.fields)
  for (let row = 1; row <= rows; row++) take(row, form.columns)
  return cells
}
/** The values without one row; those below move up. */
export function dropRow(form: FormFull, values: Record<string, string>, row: number, rows: number): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const f of form.fields) kept[f.name] = values[f.name] ?? ''
  for (let from = 1, to = 1; from <= rows; from++) {
    if (from === row) continue
    for (const c of form.columns) kept[cellKey(to, c.name)] = values[cellKey(from, c.name)] ?? ''
    to++
  }
  return kept
}
/** Faults by cell; null when the refusal is about something else. */
export function cellFaults(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {}
  return Object.fromEntries(error.faults.filter((f: Fault) => f.field).map((f: Fault) => [f.field as string, f.message]))
}

/** Sends JSON and saves the file that comes back under the name the server gives it. */
export async function postForFile(path: string, body: unknown): Promise<void> {
  const reply = await fetch(path, { method: 'POST', credentials: 'same-origin', headers: { 'X-Anze': '1', 'Content-Type': 'application/json', Accept: 'application/json' }, body: JSON.stringify(body) })
  if (!reply.ok) {
    const said = (await reply.json().catch(() => null)) as { error?: { code: string; message: string; faults?: Fault[] } } | null
    throw new ApiError(said?.error?.code ?? 'failed', said?.error?.message ?? `HTTP ${reply.status}`, said?.error?.faults ?? [], reply.status)
  }
  const named = /filename\*=UTF-8''([^;]+)/i.exec(reply.headers.get('Content-Disposition') ?? '')
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await reply.blob())
  link.download = named ? decodeURIComponent(named[1]) : 'summary.xlsx'
  document.body.append(link)
  link.click()
  link.remove()
  URL.revokeObjectURL(link.href)
}
