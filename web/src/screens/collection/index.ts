// SPDX-License-Identifier: Apache-2.0
import { EditPen, Files } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'

export default {
  menu: [
    { text: 'nav.collections', to: '/collections', icon: Files, group: 'work', order: 15, needs: 'collection_list' },
    { text: 'nav.tasks', to: '/tasks', icon: EditPen, group: 'work', order: 16, needs: 'collection_task_open' },
  ],
  routes: [
    { path: '/collections', component: () => import('./CollectionList.vue') },
    { path: '/collections/new', component: () => import('./LaunchForm.vue') },
    { path: '/collections/:id(\\d+)', component: () => import('./CollectionBoard.vue') },
    { path: '/tasks', component: () => import('./TaskList.vue') },
    { path: '/tasks/:id(\\d+)', component: () => import('./TaskPage.vue') },
    { path: '/units/:id(\\d+)/pledge', component: () => import('./PledgePage.vue') },
  ],
} satisfies Screen
