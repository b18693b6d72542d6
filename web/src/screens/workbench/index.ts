// SPDX-License-Identifier: Apache-2.0
import { House } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'
export default {
  menu: [{ text: 'nav.workbench', to: '/workbench', icon: House, group: 'work', order: 0 }],
  routes: [
    { path: '/workbench', component: () => import('./Workbench.vue') },
    { path: '/inbox', component: () => import('./Inbox.vue') },
    { path: '/search', component: () => import('./Search.vue') },
  ],
} satisfies Screen
