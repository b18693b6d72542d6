// SPDX-License-Identifier: Apache-2.0
export * from './client'
export * from './contract'
export type { Field, FieldType, Table } from './fields'
