// The alerting rules of the deployment, made by rag-ops from its configuration, for the Prometheus of the demo.
import { spawn } from 'node:child_process'
import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CONFIG = fileURLToPath(new URL('../../../deploy/ops.config.ts', import.meta.url))
const RAG_OPS = fileURLToPath(new URL('../../../../../packages/ops/dist/rag-ops.js', import.meta.url))

/** The files with the rules; none when they cannot be made. */
export async function makeRules(folder: string): Promise<string[]> {
  const own = join(folder, 'ops')
  await mkdir(own, { recursive: true })
  await copyFile(CONFIG, join(own, 'ops.config.ts'))
  const made = await new Promise<boolean>((resolve) => {
    const child = spawn(process.execPath, [RAG_OPS, 'generate'], { cwd: own, stdio: 'ignore' })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
  const rules = join(own, 'generated/prometheus/rules')
  return made ? (await readdir(rules)).map((name) => join(rules, name)) : []
}
