// SPDX-License-Identifier: Apache-2.0
import { Monitor } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'

export default {
  menu: [{ text: 'nav.systems', to: '/systems', icon: Monitor, group: 'books', order: 30, needs: 'registry_list' }],
  routes: [
    { path: '/systems', component: () => import('./SystemList.vue') },
    { path: '/systems/import', component: () => import('./RegistryImport.vue') },
    { path: '/systems/new', component: () => import('./SystemForm.vue') },
    { path: '/systems/:id(\\d+)', component: () => import('./SystemFile.vue') },
    { path: '/systems/:id(\\d+)/edit', component: () => import('./SystemForm.vue') },
  ],
} satisfies Screen
