// SPDX-License-Identifier: Apache-2.0
import { Aim, Location, Warning } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'

export default {
  menu: [
    { text: 'nav.scans', to: '/scans', icon: Aim, group: 'watch', order: 40, needs: 'scan_import_list', also: ['/addresses'] },
    { text: 'nav.addresses', to: '/addresses', icon: Location, group: 'watch', order: 41, needs: 'live_address_list', roles: ['unit_officer', 'unit_leader'] },
    { text: 'nav.findings', to: '/findings', icon: Warning, group: 'watch', order: 45, needs: 'finding_list' },
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
