// SPDX-License-Identifier: Apache-2.0
import { Bell, DocumentChecked } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'

const all = ['county_officer', 'regulator', 'bureau_leader', 'office_director', 'unit_officer', 'unit_leader', 'scan_team']
export default {
  menu: [
    { text: 'nav.letters', to: '/letters', icon: DocumentChecked, group: 'watch', order: 50, roles: all },
    { text: 'nav.notices', to: '/notices', icon: Bell, group: 'watch', order: 55, roles: ['county_officer', 'regulator', 'bureau_leader', 'office_director'] },
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
