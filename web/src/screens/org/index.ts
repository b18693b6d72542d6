// SPDX-License-Identifier: Apache-2.0
import { Connection, FolderChecked, OfficeBuilding, Phone } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'
export default {
  menu: [
    { text: 'nav.units', to: '/units', icon: OfficeBuilding, group: 'books', order: 20, needs: 'org_get' },
    { text: 'nav.evidence', to: '/evidence', icon: FolderChecked, group: 'work', order: 32, needs: 'standing_evidence' },
    { text: 'nav.agencies', to: '/agencies', icon: Phone, group: 'books', order: 38, needs: 'agency_list' },
    { text: 'nav.ranges', to: '/ranges', icon: Connection, group: 'books', order: 36, needs: 'org_ranges', roles: ['county_officer', 'regulator', 'scan_team'] },
  ],
  routes: [
    { path: '/units', component: () => import('./UnitList.vue') },
    { path: '/units/new', component: () => import('./UnitForm.vue') },
    { path: '/units/:id(\\d+)', component: () => import('./UnitFile.vue') },
    { path: '/units/:id(\\d+)/edit', component: () => import('./UnitForm.vue') },
    { path: '/units/:id(\\d+)/reorganise', component: () => import('./Reorganise.vue') },
    { path: '/reorganisations', component: () => import('./PlanList.vue') },
    { path: '/reorganisations/:id(\\d+)', component: () => import('./PlanFile.vue') },
    { path: '/people/import', component: () => import('./PeopleImport.vue') },
    { path: '/evidence', component: () => import('./EvidencePage.vue') },
    { path: '/agencies', component: () => import('./AgencyList.vue') },
    { path: '/ranges', component: () => import('./RangeList.vue') },
  ],
} satisfies Screen
