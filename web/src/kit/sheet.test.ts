// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { crc32, workbook } from './sheet'

/** Unpacked by Python's zipfile, which checks every sum. */
function unpack(bytes: Uint8Array): Record<string, string> {
  const dir = mkdtempSync(join(tmpdir(), 'anze-sheet-'))
  try {
    const path = join(dir, 'x.xlsx')
    writeFileSync(path, bytes)
    const text = execFileSync('python3', ['-c', 'import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint(json.dumps({n:z.read(n).decode() for n in z.namelist()}))', path], { encoding: 'utf8' })
    return JSON.parse(text) as Record<string, string>
  } finally {
    rmSync(dir, { recursive: true })
  }
}

describe('the table of a chart as a workbook', () => {
  it('has the sum that everybody computes', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  })
  it('is a sound archive with typed cells', () => {
    const files = unpack(workbook('各单位/按期', [['单位', '反馈率'], ['甲 & <乙>', 66.7], ['丙', null]]))
    expect(Object.keys(files)).toEqual(['[Content_Types].xml', '_rels/.rels', 'xl/workbook.xml', 'xl/_rels/workbook.xml.rels', 'xl/worksheets/sheet1.xml'])
    expect(files['xl/workbook.xml']).toContain('name="各单位 按期"')
    const sheet = files['xl/worksheets/sheet1.xml']
    expect(sheet).toContain('<c r="B2"><v>66.7</v></c>')
    expect(sheet).toContain('甲 &amp; &lt;乙&gt;')
    expect(sheet).not.toContain('r="B3"')
  })
  it('names columns beyond Z', () => {
    expect(unpack(workbook('x', [Array.from({ length: 28 }, (_, n) => n)]))['xl/worksheets/sheet1.xml']).toContain('<c r="AB1"><v>27</v></c>')
  })
})
