// SPDX-License-Identifier: Apache-2.0
import { User } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'
export default {
  menu: [{ text: 'nav.users', to: '/users', icon: User, group: 'admin', order: 90, needs: 'accounts_users', roles: ['sys_admin', 'sec_admin'] }],
  routes: [{ path: '/users', component: () => import('./UserList.vue') }],
} satisfies Screen
