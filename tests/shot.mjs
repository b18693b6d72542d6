import { chromium } from 'playwright-core'
const [,, login, password, ...pages] = process.argv
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless','--no-sandbox','--disable-gpu'] })
const c = await b.newContext({ baseURL: 'http://127.0.0.1:19377', viewport: { width: 1366, height: 768 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
const p = await c.newPage()
p.on('console', (m) => { if (['error','warning'].includes(m.type())) console.log('console', m.text()) })
p.on('pageerror', (e) => console.log('pageerror', e.message))
await p.goto('/login')
await p.locator('input[name="username"]').fill(login)
await p.locator('input[name="password"]').fill(password)
await p.keyboard.press('Enter')
await p.waitForTimeout(2500); await p.screenshot({path:'/tmp/w/org-login.png'}); console.log(p.url())
for (const one of pages) {
  const [path, name, full] = one.split('=')
  await p.goto(path)
  await p.waitForTimeout(1500); if (process.env.SCROLL) await p.evaluate((id) => document.getElementById(id)?.scrollIntoView(), process.env.SCROLL); await p.waitForTimeout(400)
  await p.screenshot({ path: `/tmp/w/org-${name}.png`, fullPage: full === 'full' })
}
await b.close()
