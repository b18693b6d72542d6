// SPDX-License-Identifier: Apache-2.0
/** A small workbook made in the browser: one sheet of texts and numbers, for the table of a chart. Lists are exported by the server. */
export type SheetCell = string | number | null

const CRC = Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff
  for (const b of bytes) c = CRC[(c ^ b) & 0xff] ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}

/** Files stored without compression, as any unpacker reads them. */
export function zip(files: [name: string, text: string][]): Uint8Array {
  const encode = new TextEncoder()
  const parts: Uint8Array[] = []
  const central: Uint8Array[] = []
  let at = 0
  const record = (size: number, fill: (v: DataView) => void, ...tail: Uint8Array[]): Uint8Array => {
    const head = new Uint8Array(size)
    fill(new DataView(head.buffer))
    const all = new Uint8Array(size + tail.reduce((n, x) => n + x.length, 0))
    all.set(head)
    let to = size
    for (const x of tail) {
      all.set(x, to)
      to += x.length
    }
    return all
  }
  const common = (v: DataView, from: number, crc: number, size: number, name: number): void => {
    v.setUint16(from, 20, true)
    v.setUint16(from + 2, 0x800, true) // names in UTF-8
    v.setUint16(from + 8, 0x21, true) // 1 January 1980: the same table gives the same bytes
    v.setUint32(from + 10, crc, true)
    v.setUint32(from + 14, size, true)
    v.setUint32(from + 18, size, true)
    v.setUint16(from + 22, name, true)
  }
  for (const [name, text] of files) {
    const bytes = encode.encode(text)
    const called = encode.encode(name)
    const crc = crc32(bytes)
    const local = record(30, (v) => {
      v.setUint32(0, 0x04034b50, true)
      common(v, 4, crc, bytes.length, called.length)
    }, called, bytes)
    const offset = at
    central.push(record(46, (v) => {
      v.setUint32(0, 0x02014b50, true)
      v.setUint16(4, 20, true)
      common(v, 6, crc, bytes.length, called.length)
      v.setUint32(42, offset, true)
    }, called))
    parts.push(local)
    at += local.length
  }
  const size = central.reduce((n, x) => n + x.length, 0)
  const end = record(22, (v) => {
    v.setUint32(0, 0x06054b50, true)
    v.setUint16(8, files.length, true)
    v.setUint16(10, files.length, true)
    v.setUint32(12, size, true)
    v.setUint32(16, at, true)
  })
  return record(0, () => {}, ...parts, ...central, end)
}

// eslint-disable-next-line no-control-regex
const safe = (text: string): string => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
function column(n: number): string {
  return n < 26 ? String.fromCharCode(65 + n) : column(Math.floor(n / 26) - 1) + String.fromCharCode(65 + (n % 26))
}

export function workbook(title: string, rows: SheetCell[][]): Uint8Array {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
  const rel = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const pack = 'http://schemas.openxmlformats.org/package/2006'
  const cells = rows.map((row, r) => `<row r="${r + 1}">${row.map((c, k) => {
    const ref = `${column(k)}${r + 1}`
    return c === null || c === '' ? '' : typeof c === 'number' ? `<c r="${ref}"><v>${c}</v></c>` : `<c r="${ref}" t="inlineStr"><is><t xml:space="preserve">${safe(c)}</t></is></c>`
  }).join('')}</row>`).join('')
  // Excel takes 31 characters and none of these for the name of a sheet.
  const name = safe(title.replace(/[\\/?*[\]:]/g, ' ').slice(0, 31) || '1')
  return zip([
    ['[Content_Types].xml', `${head}<Types xmlns="${pack}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`],
    ['_rels/.rels', `${head}<Relationships xmlns="${pack}/relationships"><Relationship Id="rId1" Type="${rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>`],
    ['xl/workbook.xml', `${head}<workbook xmlns="${main}" xmlns:r="${rel}"><sheets><sheet name="${name}" sheetId="1" r:id="rId1"/></sheets></workbook>`],
    ['xl/_rels/workbook.xml.rels', `${head}<Relationships xmlns="${pack}/relationships"><Relationship Id="rId1" Type="${rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`],
    ['xl/worksheets/sheet1.xml', `${head}<worksheet xmlns="${main}"><sheetData>${cells}</sheetData></worksheet>`],
  ])
}
/** Hands bytes to the browser as a download. */
export function saveAs(name: string, data: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(data)
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  URL.revokeObjectURL(link.href)
}
