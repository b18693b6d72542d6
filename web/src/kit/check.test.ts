// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { Table } from '@/api'
import { checkRecord, checkValue, faultsByField } from './check'

describe('the first check of an input', () => {
  it('wants what is required and forgives what is not', () => {
    expect(checkValue({ type: 'text', required: true }, '')).not.toBe('')
    expect(checkValue({ type: 'text' }, '')).toBe('')
    expect(checkValue({ type: 'bool', required: true }, false)).toBe('')
  })
  it('counts characters, not bytes or halves', () => {
    expect(checkValue({ type: 'text', max: 2 }, '𠮷野')).toBe('')
    expect(checkValue({ type: 'text', max: 2 }, '网络安')).not.toBe('')
  })
  it.each([['ip', '10.1.2.3', '10.1.2.256'], ['ip', '2001:db8::1', '10.1'], ['domain', 'www.示例.gov.cn', 'no spaces.cn'], ['mobile', '13900000000', '1390000000'], ['icp_no', '浙ICP备2026077959号-1', '浙ICP2026'], ['url', 'https://a.gov.cn/x', 'a.gov.cn'], ['uscc', '91330922MA2A2ABCDE', '9133']])('knows %s', (format, good, bad) => {
    expect(checkValue({ type: 'text', format }, good)).toBe('')
    expect(checkValue({ type: 'text', format }, bad)).not.toBe('')
  })
  it('keeps numbers whole and in range', () => {
    expect(checkValue({ type: 'int', min: 1, max: 65535 }, 65536)).not.toBe('')
    expect(checkValue({ type: 'int', min: 1, max: 65535 }, 443)).toBe('')
    expect(checkValue({ type: 'int' }, 1.5)).not.toBe('')
  })
  it('walks into rows and names the place', () => {
    const line: Table = { name: 'line', fields: { port: { type: 'int', min: 1, max: 65535, required: true } } }
    const table: Table = { name: 'record', fields: { ports: { type: 'rows', rows: line }, made: { type: 'text', required: true, readonly: true } } }
    expect(checkRecord(table, { ports: [{ port: 80 }, { port: 0 }] }, ['ports', 'made'])).toEqual({ 'ports[1].port': expect.any(String) as string })
  })
  it('keeps the first fault of each field', () => {
    expect(faultsByField([{ field: 'ip', message: 'a' }, { field: 'ip', message: 'b' }, { message: 'c' }])).toEqual({ ip: 'a' })
  })
})
