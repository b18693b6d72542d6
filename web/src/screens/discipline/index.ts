// SPDX-License-Identifier: Apache-2.0
import { ChatLineSquare } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'
export default {
  menu: [{ text: 'nav.cases', to: '/cases', icon: ChatLineSquare, group: 'watch', order: 60, needs: 'discipline_list' }],
  routes: [
    { path: '/cases', component: () => import('./CaseList.vue') },
    { path: '/cases/new', component: () => import('./CaseForm.vue') },
    { path: '/cases/:id(\\d+)', component: () => import('./CaseFile.vue') },
  ],
} satisfies Screen
