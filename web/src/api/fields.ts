// SPDX-License-Identifier: Apache-2.0
/** What a record is, as the server's field tables say it. Labels are words: field.<table>.<name>, enum.<of>.<identifier>. */
export type FieldType = 'text' | 'note' | 'int' | 'money' | 'bool' | 'date' | 'time' | 'enum' | 'ref' | 'rows' | 'object' | 'json'

export interface Field<T = unknown> {
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
  /** Only for the type checker. */
  readonly _?: T
}

export interface Table {
  name: string
  fields: Record<string, Field>
}

export type FieldsOf<T extends Record<string, Field>> = {
  [K in keyof T]: T[K] extends Field<infer V> ? V : never
}
export type RowOf<T> = T extends { fields: infer F } ? (F extends Record<string, Field> ? FieldsOf<F> : never) : never

type Opt = Partial<Omit<Field, 'type' | '_'>>
export const text = (o: Opt = {}): Field<string> => ({ type: 'text', ...o })
export const note = (o: Opt = {}): Field<string> => ({ type: 'note', ...o })
export const int = (o: Opt = {}): Field<number> => ({ type: 'int', ...o })
export const money = (o: Opt = {}): Field<number> => ({ type: 'money', ...o })
export const bool = (o: Opt = {}): Field<boolean> => ({ type: 'bool', ...o })
export const date = (o: Opt = {}): Field<string> => ({ type: 'date', ...o })
export const time = (o: Opt = {}): Field<number> => ({ type: 'time', ...o })
export const one_of = <T extends string = string>(of: string, o: Opt = {}): Field<T> => ({ type: 'enum', of, ...o })
export const ref_to = (ref: string, o: Opt = {}): Field<number> => ({ type: 'ref', ref, ...o })
export const json = <T = unknown>(o: Opt = {}): Field<T> => ({ type: 'json', ...o })
export const rows_of = <T extends Table>(rows: T, o: Opt = {}): Field<RowOf<T>[]> => ({ type: 'rows', rows, ...o })

export function table<N extends string, F extends Record<string, Field>>(name: N, fields: F): { name: N; fields: F } {
  return { name, fields }
}
