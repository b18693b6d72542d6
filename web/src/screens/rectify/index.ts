// SPDX-License-Identifier: Apache-2.0
import { Bell, DocumentChecked } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'

export default {
  menu: [
    { text: 'nav.letters', to: '/letters', icon: DocumentChecked, group: 'watch', order: 50, needs: 'letter_list' },
    { text: 'nav.notices', to: '/notices', icon: Bell, group: 'watch', order: 55, needs: 'notice_list' },
  ],
  routes: [
    { path: '/letters', component: () => import('./Board.vue') },
    { path: '/letters/new', component: () => import('./LetterNew.vue') },
    { path: '/letters/:id(\\d+)', component: () => import('./LetterPage.vue') },
    { path: '/notices', component: () => import('./NoticeList.vue') },
    { path: '/notices/new', component: () => import('./NoticeForm.vue') },
    { path: '/notices/:id(\\d+)', component: () => import('./NoticeFile.vue') },
  ],
} satisfies Screen
