// SPDX-License-Identifier: Apache-2.0
import { Aim, Warning } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'

const all = ['county_officer', 'regulator', 'bureau_leader', 'office_director', 'unit_officer', 'unit_leader', 'scan_team']
export default {
  menu: [
    { text: 'nav.scans', to: '/scans', icon: Aim, group: 'watch', order: 40, roles: ['county_officer', 'regulator', 'scan_team', 'unit_officer'], also: ['/addresses'] },
    { text: 'nav.findings', to: '/findings', icon: Warning, group: 'watch', order: 45, roles: all },
  ],
  routes: [
    { path: '/scans', component: () => import('./ScanList.vue') },
    { path: '/scans/:id(\\d+)', component: () => import('./ScanFile.vue') },
    { path: '/addresses', component: () => import('./AddressList.vue') },
    { path: '/findings', component: () => import('./FindingList.vue') },
    { path: '/findings/new', component: () => import('./FindingForm.vue') },
    { path: '/findings/:id(\\d+)', component: () => import('./FindingFile.vue') },
  ],
} satisfies Screen
