// SPDX-License-Identifier: Apache-2.0
/** Screens find themselves: a folder with an index.ts is enough, here or in a capability's own ui folder. */
import type { Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'
import type { RouteName } from '@/api/types.gen'

export interface MenuItem {
  /** Words key. */
  text: string
  to: string
  icon: Component
  group: 'work' | 'books' | 'watch' | 'oversee' | 'admin'
  order: number
  /** The operation that the page lives on; who may not call it does not see the item. None: everybody. */
  needs?: RouteName | (string & {})
  /** Only for these roles, where the grant is wider than the work. */
  roles?: string[]
  /** Other paths that light this item. */
  also?: string[]
}
export interface Screen {
  menu?: MenuItem[]
  routes: RouteRecordRaw[]
}

const found = {
  ...import.meta.glob<{ default: Screen }>('../screens/*/index.ts', { eager: true }),
  ...import.meta.glob<{ default: Screen }>('../../../src/domain/*/ui/index.ts', { eager: true }),
}
export const screens: Screen[] = Object.values(found).map((m) => m.default)
export const menu: MenuItem[] = screens.flatMap((s) => s.menu ?? []).sort((a, b) => a.order - b.order)
