// SPDX-License-Identifier: Apache-2.0
import { ref, watchEffect } from 'vue'

const KEY = 'anze.theme'
export const theme = ref<'light' | 'dark'>(localStorage.getItem(KEY) === 'dark' ? 'dark' : 'light')

watchEffect(() => {
  document.documentElement.dataset.theme = theme.value
  localStorage.setItem(KEY, theme.value)
})
