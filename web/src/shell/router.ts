// SPDX-License-Identifier: Apache-2.0
import { createRouter, createWebHistory } from 'vue-router'
import { whenUnauthenticated } from '@/api/client'
import { loadMe, me } from '@/kit/session'
import { lang, setLang } from '@/kit/words'
import { screens } from './screens'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/login', component: () => import('./Login.vue'), meta: { open: true } },
    { path: '/verify/:code', component: () => import('./Verify.vue'), meta: { open: true } },
    { path: '/password', component: () => import('./Password.vue'), meta: { bare: true } },
    { path: '/factor', component: () => import('./Factor.vue'), meta: { bare: true } },
    { path: '/', redirect: '/workbench' },
    ...screens.flatMap((s) => s.routes),
    { path: '/:rest(.*)*', component: () => import('./NotFound.vue') },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

let asked = false
router.beforeEach(async (to) => {
  if (!asked) {
    asked = true
    // A first visit without a session is ordinary: the log-in page follows.
    await loadMe().catch(() => null)
    if (me.value && me.value.language !== lang.value) await setLang(me.value.language)
  }
  if (to.meta.open) return true
  if (!me.value) return { path: '/login', query: to.fullPath === '/workbench' ? {} : { to: to.fullPath } }
  if (me.value.must_change_password && to.path !== '/password') return '/password'
  if (me.value.must_enrol && !['/factor', '/password'].includes(to.path)) return '/factor'
  return true
})
whenUnauthenticated(() => {
  if (router.currentRoute.value.meta.open || !me.value) return
  me.value = null
  void router.push({ path: '/login', query: { to: router.currentRoute.value.fullPath, ended: '1' } })
})
