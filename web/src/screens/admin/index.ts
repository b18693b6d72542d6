// SPDX-License-Identifier: Apache-2.0
import { Monitor, Setting, User } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'
export default {
  menu: [
    { text: 'nav.users', to: '/users', icon: User, group: 'admin', order: 90, needs: 'accounts_users', roles: ['sys_admin', 'sec_admin', 'audit_admin'] },
    { text: 'nav.sessions', to: '/sessions', icon: Monitor, group: 'admin', order: 91, needs: 'accounts_sessions' },
    { text: 'nav.policies', to: '/policies', icon: Setting, group: 'admin', order: 92, needs: 'accounts_policies' },
  ],
  routes: [
    { path: '/users', component: () => import('./UserList.vue') },
    { path: '/sessions', component: () => import('./SessionList.vue') },
    { path: '/sessions/mine', component: () => import('./MySessions.vue') },
    { path: '/policies', component: () => import('./PolicyList.vue') },
  ],
} satisfies Screen
