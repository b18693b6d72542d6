// SPDX-License-Identifier: Apache-2.0
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, URL } from 'node:url'
import { constants, gzipSync } from 'node:zlib'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

/** Writes a .gz beside each text file of the build, so that the server sends it as it lies. */
function gzipBeside(): Plugin {
  let out = ''
  const walk = (dir: string): void => {
    for (const name of readdirSync(dir)) {
      const path = join(dir, name)
      if (statSync(path).isDirectory()) walk(path)
      else if (/\.(js|css|html|svg|json|txt)$/.test(name)) {
        const bytes = readFileSync(path)
        // Level 9 and no time stamp: the same sources give the same bytes.
        if (bytes.length > 512) writeFileSync(`${path}.gz`, gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }))
      }
    }
  }
  return {
    name: 'anze-gzip',
    apply: 'build',
    configResolved: (config) => void (out = resolve(config.root, config.build.outDir)),
    closeBundle: () => walk(out),
  }
}

const SERVER = process.env.ANZE_SERVER ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [vue(), gzipBeside()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'chrome87',
    cssTarget: 'chrome87',
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      output: {
        manualChunks: (id: string) =>
          // Pickers of dates are wanted on few pages; they and their arithmetic come when the first is seen. So do charts.
          /element-plus\/es\/components\/(date-picker|date-picker-panel|time-picker)\/|node_modules\/dayjs/.test(id) ? 'dates'
          : /node_modules\/(echarts|zrender|tslib)\//.test(id) ? undefined
          : /node_modules\/(@?vue|vue-router)\//.test(id) || id.includes('preload-helper') || id.includes('export-helper') ? 'vue'
          : id.includes('node_modules') ? 'element'
          : undefined,
      },
    },
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    // The server refuses changes from a foreign origin; while developing, the page's origin is made its own.
    proxy: { '/api': { target: SERVER, changeOrigin: true, headers: { origin: SERVER } } },
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'], setupFiles: ['src/test.setup.ts'] },
} as never)
