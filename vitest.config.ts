import { defineConfig } from 'vitest/config'

// Only our own: what vitest is told here it also hands to Node, where `import` would break `require`.
const conditions = ['@rag/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/fixtures/**'],
    pool: 'forks',
    maxWorkers: 2,
    // Real servers on a shared machine stall now and then: what fails twice has failed.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    testTimeout: 20_000,
    hookTimeout: 60_000
  }
})
