// SPDX-License-Identifier: Apache-2.0
import { Stamp } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'
export default {
  menu: [{ text: 'nav.ledger', to: '/ledger', icon: Stamp, group: 'oversee', order: 80, needs: 'ledgerbook_list', roles: ['audit_admin', 'county_officer', 'regulator', 'bureau_leader'] }],
  routes: [{ path: '/ledger', component: () => import('./Ledger.vue') }],
} satisfies Screen
