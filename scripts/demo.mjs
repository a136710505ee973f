// npm run demo: sets the checkout up, then runs the example system in examples/rag-system.
import { existsSync } from 'node:fs'

const setup = new URL('./setup.mjs', import.meta.url)
if (existsSync(setup)) {
  const { ensureSetup } = await import(setup.href)
  await ensureSetup()
}

// Only now is tsx there.
const { register } = await import('tsx/esm/api')
register()
const { main } = await import('../examples/rag-system/demo/src/index.ts')
process.exit(await main(process.argv.slice(2)))
