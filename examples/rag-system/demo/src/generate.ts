// npm run demo -- generate: rules, dashboards and manifests of this deployment, made by rag-ops from deploy/ops.config.ts.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url))
const RAG_OPS = fileURLToPath(new URL('../../../../packages/ops/dist/rag-ops.js', import.meta.url))

/** Writes the files, over edited ones too, and checks them. Gives the exit code. */
export async function generate(folder = DEPLOY): Promise<number> {
  return (await ragOps(folder, 'generate', '--force')) || ragOps(folder, 'check')
}

function ragOps(folder: string, ...words: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [RAG_OPS, ...words], { cwd: folder, stdio: 'inherit' })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
