// SPDX-License-Identifier: Apache-2.0
/** The unit tree, loaded once, for pickers and crumbs. */
import { computed, shallowRef } from 'vue'
import { api, type UnitNode as UnitLine } from '@/api'
import { can } from './session'

export type { UnitLine }
interface Nested extends UnitLine { children?: Nested[] }
export interface UnitNode extends UnitLine { depth: number; path: string; children: UnitNode[] }

const lines = shallowRef<UnitLine[]>([])
let asked: Promise<void> | null = null

function flat(list: Nested[], into: UnitLine[] = []): UnitLine[] {
  for (const u of list) {
    into.push({ unit_id: u.unit_id, parent_id: u.parent_id, unit_name: u.unit_name, unit_kind: u.unit_kind })
    if (u.children) flat(u.children, into)
  }
  return into
}
export function needUnits(again = false): Promise<void> {
  if (!can('org_tree')) return Promise.resolve()
  if (!asked || again) {
    asked = api.get<Nested[] | { items: Nested[] }>('/api/units/tree').then(
      (got) => void (lines.value = flat(Array.isArray(got) ? got : got.items)),
      () => void (asked = null),
    )
  }
  return asked
}
export function forgetUnits(): void {
  asked = null
  lines.value = []
}
export const unitTree = computed<UnitNode[]>(() => {
  const nodes = new Map<number, UnitNode>(lines.value.map((u) => [u.unit_id, { ...u, depth: 0, path: '', children: [] }]))
  const roots: UnitNode[] = []
  for (const n of nodes.values()) {
    const parent = n.parent_id ? nodes.get(n.parent_id) : undefined
    if (parent) parent.children.push(n)
    else roots.push(n)
  }
  const walk = (list: UnitNode[], depth: number, path: string): void => {
    for (const n of list) {
      n.depth = depth
      n.path = path
      walk(n.children, depth + 1, path ? `${path} / ${n.unit_name}` : n.unit_name)
    }
  }
  walk(roots, 0, '')
  return roots
})
/** In tree order. */
export const unitLines = computed<UnitNode[]>(() => {
  const into: UnitNode[] = []
  const walk = (list: UnitNode[]): void => {
    for (const n of list) {
      into.push(n)
      walk(n.children)
    }
  }
  walk(unitTree.value)
  return into
})
const byId = computed(() => new Map(unitLines.value.map((u) => [u.unit_id, u])))
export function unitName(id: number | null | undefined): string {
  return byId.value.get(id ?? 0)?.unit_name ?? (id ? `#${id}` : '')
}
/** From the root down to the unit. */
export function unitCrumbs(id: number | null | undefined): { text: string; to: string }[] {
  const found: { text: string; to: string }[] = []
  let at = byId.value.get(id ?? 0)
  while (at && found.length < 12) {
    found.unshift({ text: at.unit_name, to: `/units/${at.unit_id}` })
    const parent: number | null = at.parent_id
    at = parent ? byId.value.get(parent) : undefined
  }
  return found
}
