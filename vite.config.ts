import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const here = import.meta.dirname
/** Stops what hangs and judges no speed: on a busy machine one second of work may take twenty. */
const testTimeout = 30_000
const node = { root: here, environment: 'node' as const, pool: 'forks' as const, testTimeout }
/** Real processes and system packages: slow, and one at a time on a two-core machine. */
const real = { ...node, testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false }
/** Groups run one after the other: what measures seconds in a browser shall not compete with the unit tests. */
const after = (groupOrder: number) => ({ sequence: { groupOrder } })

export default defineConfig({
  root: 'web',
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
  define: { __BUILD_ID__: JSON.stringify(process.env['SIAGA_BUILD_ID'] ?? 'dev') },
  build: { outDir: '../dist/web', emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0 },
  test: {
    root: here,
    projects: [
      {
        extends: true,
        test: {
          ...node,
          name: 'unit',
          include: ['{broker,edge,server,scripts}/**/*.test.ts', 'test/unit/**/*.test.ts'],
        },
      },
      {
        extends: true,
        resolve: { conditions: ['browser'] },
        test: { root: here, name: 'web', environment: 'happy-dom', testTimeout, include: ['web/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { ...real, ...after(1), name: 'integration', include: ['test/integration/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          ...real,
          ...after(2),
          name: 'system',
          include: ['test/system/**/*.test.ts', 'test/browser/**/*.test.ts'],
        },
      },
    ],
  },
})
