// SPDX-License-Identifier: Apache-2.0
import { Notebook } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'
export default {
  menu: [{ text: 'nav.meetings', to: '/meetings', icon: Notebook, group: 'books', order: 40, needs: 'meeting_list' }],
  routes: [
    { path: '/meetings', component: () => import('./MeetingList.vue') },
    { path: '/meetings/new', component: () => import('./MeetingForm.vue') },
    { path: '/meetings/:id(\\d+)', component: () => import('./MeetingFile.vue') },
  ],
} satisfies Screen
