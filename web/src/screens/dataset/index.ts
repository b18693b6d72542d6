// SPDX-License-Identifier: Apache-2.0
import { Coin } from '@element-plus/icons-vue'
import type { Screen } from '@/shell/screens'
export default {
  menu: [{ text: 'nav.datasets', to: '/datasets', icon: Coin, group: 'books', order: 35, needs: 'dataset_list', also: ['/dataset-copies'] }],
  routes: [
    { path: '/datasets', component: () => import('./DatasetList.vue') },
    { path: '/datasets/new', component: () => import('./DatasetForm.vue') },
    { path: '/datasets/:id(\\d+)', component: () => import('./DatasetFile.vue') },
    { path: '/datasets/:id(\\d+)/edit', component: () => import('./DatasetForm.vue') },
    { path: '/dataset-copies', component: () => import('./CopyList.vue') },
    { path: '/dataset-copies/:id(\\d+)', component: () => import('./CopyFile.vue') },
  ],
} satisfies Screen
