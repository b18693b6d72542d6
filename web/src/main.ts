// SPDX-License-Identifier: Apache-2.0
import 'element-plus/theme-chalk/base.css'
import { createApp } from 'vue'
import App from './shell/App.vue'
import { router } from './shell/router'
import { useElement } from './kit/element'
import './kit/styles/tokens.css'
import './kit/styles/base.css'
import './kit/styles/print.css'
import './kit/theme'
import { startWords } from './kit/words'

const app = createApp(App)
useElement(app)
app.use(router)
void startWords().finally(() => app.mount('#app'))
