// SPDX-License-Identifier: Apache-2.0
import { Calendar, Collection, Tickets, Timer } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'
export default {
  menu: [
    { text: 'nav.coverage', to: '/coverage', icon: Tickets, group: 'oversee', order: 70, needs: 'duties_coverage', also: ['/duties'] },
    { text: 'nav.exemptions', to: '/exemptions', icon: Timer, group: 'oversee', order: 72, needs: 'duties_exemption_list', roles: ['county_officer', 'bureau_leader', 'regulator', 'office_director'] },
    { text: 'nav.packs', to: '/packs', icon: Collection, group: 'admin', order: 92, needs: 'duties_pack_load' },
    { text: 'nav.calendar', to: '/calendar', icon: Calendar, group: 'admin', order: 93, needs: 'duties_calendar', roles: ['county_officer', 'sys_admin', 'sec_admin', 'office_director'] },
  ],
  routes: [
    { path: '/coverage', component: () => import('./Coverage.vue') },
    { path: '/duties', component: () => import('./DutyList.vue') },
    { path: '/duties/:id(\\d+)', component: () => import('./DutyFile.vue') },
    { path: '/exemptions', component: () => import('./ExemptionList.vue') },
    { path: '/packs', component: () => import('./Packs.vue') },
    { path: '/calendar', component: () => import('./CalendarPage.vue') },
  ],
} satisfies Screen
