// SPDX-License-Identifier: Apache-2.0
/** What the server says about collections, tasks and pledges beside the generated fields. */
import type * as gen from '@/api'
import { ApiError, type Fault } from '@/api'

export type { FormField, FormFile as FormFull, FormLine, GivenFile, TaskCell as Cell, TaskRemark as Remark } from '@/api'
type Cell = gen.TaskCell
type FormFull = gen.FormFile
type FormField = gen.FormField
export type TaskLine = gen.Item<'collection_task_list'>
export type CollectionFull = gen.Reply<'collection_get'>
export type TaskFull = gen.Reply<'collection_task_get'>

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
