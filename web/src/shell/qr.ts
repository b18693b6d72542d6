// SPDX-License-Identifier: Apache-2.0
/**
 * QR codes, drawn in the browser, so that the secret of a second factor goes nowhere else.
 *
 * Method. ISO/IEC 18004, byte mode, error correction level M, versions 1 to 13 (331 bytes): far more than an otpauth
 * address needs. Data and its Reed-Solomon remainder are interleaved block by block and laid into the matrix in the
 * zigzag of the standard; of the eight masks the one with the least penalty is taken.
 */

/** By version: remainder bytes a block, then [blocks, data bytes] once or twice. */
const BLOCKS: [number, ...[number, number][]][] = [
  [10, [1, 16]], [16, [1, 28]], [26, [1, 44]], [18, [2, 32]], [24, [2, 43]], [16, [4, 27]], [18, [4, 31]], [22, [2, 38], [2, 39]], [22, [3, 36], [2, 37]],
  [26, [4, 43], [1, 44]], [30, [1, 50], [4, 51]], [22, [6, 36], [2, 37]], [22, [8, 37], [1, 38]],
]
const ALIGN: number[][] = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50], [6, 30, 54], [6, 32, 58], [6, 34, 62]]

// ---- arithmetic in GF(256), polynomial x^8 + x^4 + x^3 + x^2 + 1 ----
const EXP = new Uint8Array(512)
const LOG = new Uint8Array(256)
for (let i = 0, x = 1; i < 255; i++) {
  EXP[i] = EXP[i + 255] = x
  LOG[x] = i
  x <<= 1
  if (x & 256) x ^= 0x11d
}
const times = (a: number, b: number): number => (a && b ? EXP[LOG[a] + LOG[b]] : 0)

function remainder(data: number[], many: number): number[] {
  let divisor = [1]
  for (let i = 0; i < many; i++) {
    const next = new Array<number>(divisor.length + 1).fill(0)
    divisor.forEach((c, at) => {
      next[at] ^= c
      next[at + 1] ^= times(c, EXP[i])
    })
    divisor = next
  }
  const rest = new Array<number>(many).fill(0)
  for (const byte of data) {
    const lead = byte ^ (rest.shift() ?? 0)
    rest.push(0)
    for (let i = 0; i < many; i++) rest[i] ^= times(divisor[i + 1], lead)
  }
  return rest
}

// ---- the bytes ----
const capacity = (version: number): number => (BLOCKS[version - 1].slice(1) as [number, number][]).reduce((sum, [count, length]) => sum + count * length, 0)

function codewords(text: Uint8Array, version: number): number[] {
  const bits: number[] = []
  const put = (value: number, width: number): void => {
    for (let i = width - 1; i >= 0; i--) bits.push((value >> i) & 1)
  }
  put(4, 4)
  put(text.length, version < 10 ? 8 : 16)
  text.forEach((byte) => put(byte, 8))
  const room = capacity(version) * 8
  put(0, Math.min(4, room - bits.length))
  while (bits.length % 8) bits.push(0)
  const bytes: number[] = []
  for (let i = 0; i < bits.length; i += 8) bytes.push(parseInt(bits.slice(i, i + 8).join(''), 2))
  for (let pad = 0xec; bytes.length < room / 8; pad ^= 0xec ^ 0x11) bytes.push(pad)

  const [many, ...groups] = BLOCKS[version - 1]
  const blocks: number[][] = []
  let at = 0
  for (const [count, length] of groups)
    for (let i = 0; i < count; i++) {
      blocks.push(bytes.slice(at, at + length))
      at += length
    }
  const rests = blocks.map((b) => remainder(b, many))
  const out: number[] = []
  for (let i = 0; i < Math.max(...blocks.map((b) => b.length)); i++) for (const b of blocks) if (i < b.length) out.push(b[i])
  for (let i = 0; i < many; i++) for (const r of rests) out.push(r[i])
  return out
}

// ---- the matrix ----
type Cell = 0 | 1
interface Matrix { size: number; dark: Cell[][]; fixed: boolean[][] }

function frame(version: number): Matrix {
  const size = 17 + version * 4
  const dark: Cell[][] = Array.from({ length: size }, () => new Array<Cell>(size).fill(0))
  const fixed = Array.from({ length: size }, () => new Array<boolean>(size).fill(false))
  const set = (row: number, column: number, on: boolean): void => {
    if (row < 0 || column < 0 || row >= size || column >= size) return
    dark[row][column] = on ? 1 : 0
    fixed[row][column] = true
  }
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0)
    set(i, 6, i % 2 === 0)
  }
  for (const [r, c] of [[3, 3], [3, size - 4], [size - 4, 3]])
    for (let dr = -4; dr <= 4; dr++)
      for (let dc = -4; dc <= 4; dc++) {
        const ring = Math.max(Math.abs(dr), Math.abs(dc))
        set(r + dr, c + dc, ring !== 2 && ring !== 4)
      }
  const centres = ALIGN[version - 1]
  for (const r of centres)
    for (const c of centres) {
      const atFinder = (r === 6 && c === 6) || (r === 6 && c === size - 7) || (r === size - 7 && c === 6)
      if (!atFinder) for (let dr = -2; dr <= 2; dr++) for (let dc = -2; dc <= 2; dc++) set(r + dr, c + dc, Math.max(Math.abs(dr), Math.abs(dc)) !== 1)
    }
  return { size, dark, fixed }
}

/** Format (level M, mask) and version, each with its own remainder. */
function label(m: Matrix, version: number, mask: number): void {
  const set = (row: number, column: number, on: number): void => {
    m.dark[row][column] = (on & 1) as Cell
    m.fixed[row][column] = true
  }
  let rest = mask << 10 // level M is 00
  for (let i = 14; i >= 10; i--) if ((rest >> i) & 1) rest ^= 0x537 << (i - 10)
  const format = ((mask << 10) | rest) ^ 0x5412
  for (let i = 0; i < 15; i++) {
    const bit = format >> i
    set(i < 6 ? i : i < 8 ? i + 1 : m.size - 15 + i, 8, bit)
    set(8, i < 8 ? m.size - 1 - i : i < 9 ? 7 : 14 - i, bit)
  }
  set(m.size - 8, 8, 1)
  if (version < 7) return
  let v = version << 12
  for (let i = 17; i >= 12; i--) if ((v >> i) & 1) v ^= 0x1f25 << (i - 12)
  const word = (version << 12) | v
  for (let i = 0; i < 18; i++) {
    set(Math.floor(i / 3), m.size - 11 + (i % 3), word >> i)
    set(m.size - 11 + (i % 3), Math.floor(i / 3), word >> i)
  }
}

const MASKS: ((r: number, c: number) => boolean)[] = [
  (r, c) => (r + c) % 2 === 0, (r) => r % 2 === 0, (_, c) => c % 3 === 0, (r, c) => (r + c) % 3 === 0,
  (r, c) => (Math.floor(r / 2) + Math.floor(c / 3)) % 2 === 0, (r, c) => ((r * c) % 2) + ((r * c) % 3) === 0,
  (r, c) => (((r * c) % 2) + ((r * c) % 3)) % 2 === 0, (r, c) => (((r + c) % 2) + ((r * c) % 3)) % 2 === 0,
]

function lay(m: Matrix, bytes: number[], mask: number): void {
  let at = 0
  for (let right = m.size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5
    for (let i = 0; i < m.size; i++)
      for (const column of [right, right - 1]) {
        const row = up ? m.size - 1 - i : i
        if (m.fixed[row][column]) continue
        const bit = at < bytes.length * 8 ? (bytes[at >> 3] >> (7 - (at & 7))) & 1 : 0
        m.dark[row][column] = (bit ^ (MASKS[mask](row, column) ? 1 : 0)) as Cell
        at++
      }
  }
}

function penalty(m: Matrix): number {
  let sum = 0
  const lines = [...m.dark, ...m.dark.map((_, c) => m.dark.map((row) => row[c]))]
  for (const line of lines) {
    const text = line.join('')
    for (const run of text.match(/0+|1+/g) ?? []) if (run.length >= 5) sum += run.length - 2
    for (let i = 0; i + 11 <= text.length; i++) if (['10111010000', '00001011101'].includes(text.slice(i, i + 11))) sum += 40
  }
  for (let r = 0; r + 1 < m.size; r++)
    for (let c = 0; c + 1 < m.size; c++) {
      const four = m.dark[r][c] + m.dark[r][c + 1] + m.dark[r + 1][c] + m.dark[r + 1][c + 1]
      if (four === 0 || four === 4) sum += 3
    }
  const share = (m.dark.flat().filter(Boolean).length * 100) / (m.size * m.size)
  return sum + Math.floor(Math.abs(share - 50) / 5) * 10
}

/** Rows of the code, true where it is dark; without the quiet zone. */
export function qrMatrix(text: string): boolean[][] {
  const bytes = new TextEncoder().encode(text)
  const version = BLOCKS.findIndex((_, i) => bytes.length + (i + 1 < 10 ? 2 : 3) <= capacity(i + 1)) + 1
  if (!version) throw new RangeError('too long for a QR code')
  const words = codewords(bytes, version)
  let best: Matrix | null = null
  let least = Infinity
  for (let mask = 0; mask < 8; mask++) {
    const m = frame(version)
    label(m, version, mask)
    lay(m, words, mask)
    const p = penalty(m)
    if (p < least) {
      least = p
      best = m
    }
  }
  return (best as Matrix).dark.map((row) => row.map((cell) => cell === 1))
}
/** The dark modules as one SVG path, four modules of quiet zone around. */
export function qrPath(matrix: boolean[][]): { size: number; path: string } {
  const path = matrix.flatMap((row, r) => row.map((on, c) => (on ? `M${c + 4} ${r + 4}h1v1h-1z` : ''))).join('')
  return { size: matrix.length + 8, path }
}
