// SPDX-License-Identifier: Apache-2.0
// Against what another encoder (libqrencode) draws for the same text, level M; longer ones by a digest of their rows.
import { describe, expect, test } from 'vitest'
import { qrMatrix, qrPath } from './qr'

const text = (matrix: boolean[][]): string => matrix.map((row) => row.map((on) => (on ? '1' : '0')).join('')).join('')
function digest(bits: string): number {
  let h = 0x811c9dc5
  for (const c of bits) h = Math.imul(h ^ c.charCodeAt(0), 0x01000193) >>> 0
  return h
}
const otpauth = 'otpauth://totp/anze:officer?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=anze&algorithm=SHA1&digits=6&period=30'
const filler = (n: number): string => Array.from({ length: n }, (_, i) => 'abcdefghij0123456789%&=-'[(i * 7 + n) % 24]).join('')

describe('a QR code', () => {
  test.each([
    ['otpauth', otpauth, 45, 830467987],
    ['5 bytes', filler(5), 21, 2675986291],
    ['16 bytes', filler(16), 25, 4259931023],
    ['27 bytes', filler(27), 29, 2784677608],
    ['60 bytes', filler(60), 33, 1021934318],
    ['104 bytes', filler(104), 41, 2651479318],
    ['148 bytes', filler(148), 49, 1707790021],
    ['170 bytes', filler(170), 53, 2946315319],
    ['203 bytes', filler(203), 57, 1504810391],
    ['236 bytes', filler(236), 61, 3461798455],
    ['269 bytes', filler(269), 65, 1562098199],
    ['313 bytes', filler(313), 69, 856641585],
  ])('%s', (_, given, size, want) => {
    const matrix = qrMatrix(given)
    expect(matrix.length).toBe(size)
    expect(digest(text(matrix))).toBe(want)
  })
  test('Chinese is UTF-8, and what is too long is refused', () => {
    expect(qrMatrix('安责').length).toBe(21)
    expect(() => qrMatrix('x'.repeat(400))).toThrow(RangeError)
  })
  test('the path has one square a dark module, within the quiet zone', () => {
    const matrix = qrMatrix(otpauth)
    const { size, path } = qrPath(matrix)
    expect(size).toBe(53)
    expect(path.split('M').length - 1).toBe(matrix.flat().filter(Boolean).length)
    expect(path.startsWith('M4 4h1v1h-1z')).toBe(true)
  })
})
