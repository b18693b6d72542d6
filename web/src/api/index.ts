// SPDX-License-Identifier: Apache-2.0
/** The server's own description (types.gen.ts, written by tools/gen-api) and the way to talk to it. */
import { enums as closed, tables as described } from './types.gen'

export { address, api, ApiError, serverAway, whenUnauthenticated, type Fault, type Page, type Query } from './client'
export type * from './types.gen'
export type * from './names'

export type FieldType = 'text' | 'note' | 'int' | 'money' | 'bool' | 'date' | 'time' | 'enum' | 'ref' | 'rows' | 'object' | 'texts' | 'real' | 'json'

/** What a field is, as forms and lists want to know it. Labels are words: field.<table>.<name>, enum.<of>.<identifier>. */
export interface Field {
  type: FieldType
  required?: boolean
  readonly?: boolean
  personal?: boolean
  hidden?: boolean
  min?: number
  max?: number
  of?: string
  ref?: string
  format?: string
  rows?: Table
}
export interface Table {
  name: string
  fields: Record<string, Field>
}
type Described = typeof described
type Raw = Omit<Field, 'rows'> & { rows?: string }

function build(): Record<string, Table> {
  const built: Record<string, Table> = {}
  for (const name of Object.keys(described)) built[name] = { name, fields: {} }
  for (const [name, fields] of Object.entries(described as unknown as Record<string, Record<string, Raw>>))
    for (const [field, raw] of Object.entries(fields)) built[name].fields[field] = { ...raw, rows: raw.rows ? built[raw.rows] : undefined }
  return built
}
export const tables = build() as { [K in keyof Described]: { name: K; fields: { [F in keyof Described[K]]: Field } } }
export const enums: Record<string, readonly string[]> = closed
