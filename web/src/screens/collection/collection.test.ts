// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { ApiError } from '@/api'
import { cellFaults, dropRow, rowCount, toCells, toValues, type FormField, type FormFull } from './collection'

const field = (name: string): FormField => ({ name, label: name, help: null, type: 'text', required: false, personal: false, of: [] })
const form: FormFull = { form_id: 'T.f', kind: 'form', article: 'T', title: '表', pack_title: '', version: '1', seal: 'none', prefill: null, intro: null, fields: [field('by')], columns: [field('a'), field('b')], rows: [], min_rows: 0, max_rows: 9 }

describe('cells', () => {
  it('go to values and back, empty ones left out', () => {
    const cells = [{ row_no: 0, name: 'by', value: '甲' }, { row_no: 2, name: 'b', value: '乙' }]
    const values = toValues(cells)
    expect(values['rows[2].b']).toBe('乙')
    expect(toCells(form, { ...values, 'rows[1].a': '  ' }, rowCount(form, cells))).toEqual(cells)
  })
  it('a row taken out lets the others move up', () => {
    const values = { by: '甲', 'rows[1].a': '1', 'rows[2].a': '2', 'rows[3].a': '3', 'rows[3].b': 'x' }
    expect(toCells(form, dropRow(form, values, 2, 3), 2)).toEqual([{ row_no: 0, name: 'by', value: '甲' }, { row_no: 1, name: 'a', value: '1' }, { row_no: 2, name: 'a', value: '3' }, { row_no: 2, name: 'b', value: 'x' }])
  })
  it('fixed rows are always shown', () => {
    expect(rowCount({ ...form, rows: [{ name: 'x', label: 'x' }, { name: 'y', label: 'y' }] }, [])).toBe(2)
  })
  it('faults find their cell', () => {
    expect(cellFaults(new ApiError('invalid', '', [{ field: 'rows[2].a', message: '不能为空' }, { message: '其他' }], 422))).toEqual({ 'rows[2].a': '不能为空' })
    expect(cellFaults(new Error('x'))).toEqual({})
  })
})
