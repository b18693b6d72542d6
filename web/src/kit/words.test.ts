// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import en from '@/words/en.json'
import zh from '@/words/zh.json'

function sources(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name)
    return statSync(path).isDirectory() ? sources(path) : /\.(vue|ts)$/.test(name) && !name.endsWith('.test.ts') ? [path] : []
  })
}
const places = (text: string): string => [...text.matchAll(/\{\d\}/g)].map((m) => m[0]).sort().join()

describe('texts', () => {
  it('have the same keys in both languages', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
  })
  it('have the same places to fill in', () => {
    for (const [key, text] of Object.entries(zh)) expect(places(text), key).toBe(places((en as Record<string, string>)[key]))
  })
  it('are not empty, and English has no Chinese left', () => {
    for (const [key, text] of Object.entries(en)) {
      expect(text.trim(), key).not.toBe('')
      if (key !== 'frame.language') expect(text, key).not.toMatch(/[一-龥]/)
    }
  })
  it('exist for every key that the sources name', () => {
    const known = new Set(Object.keys(zh))
    const missing: string[] = []
    for (const path of sources('src')) {
      for (const m of readFileSync(path, 'utf8').matchAll(/\bt\('([a-z0-9_.]+)'/g)) if (!known.has(m[1])) missing.push(`${path}: ${m[1]}`)
      for (const m of readFileSync(path, 'utf8').matchAll(/\bt\([^()']*\? '([a-z0-9_.]+)' : '([a-z0-9_.]+)'/g)) for (const key of [m[1], m[2]]) if (!known.has(key)) missing.push(`${path}: ${key}`)
    }
    expect(missing).toEqual([])
  })
})
