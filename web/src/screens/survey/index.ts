// SPDX-License-Identifier: Apache-2.0
import { DataAnalysis } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'

export default {
  menu: [{ text: 'nav.survey', to: '/data-categories', icon: DataAnalysis, group: 'books', order: 32, needs: 'survey_list' }],
  routes: [{ path: '/data-categories', component: () => import('./CategoryList.vue') }],
} satisfies Screen
