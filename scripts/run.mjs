// Runs a command and says how it went; the one place where scripts start processes.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Runs a command to its end.
 * `timeoutMs` ends a command that hangs.
 * @returns {Promise<{ code: number, output: string }>} `output` is empty when the command writes to our own terminal.
 */
export function run(command, values, { cwd = root, env = {}, quiet = false, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, values, {
      cwd,
      env: { ...process.env, ...env },
      timeout: timeoutMs,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit']
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk
      })
    }
    child.on('error', (error) => resolve({ code: 127, output: String(error) }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/** Runs a command quietly; on failure shows what it said and ends this process. */
export async function must(title, command, values, options = {}) {
  const started = Date.now()
  process.stderr.write(`${title} ... `)
  const { code, output } = await run(command, values, { quiet: true, ...options })
  process.stderr.write(`${code === 0 ? 'done' : 'failed'} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`)
  if (code !== 0) {
    process.stderr.write(`${output}\n`)
    process.exit(code)
  }
  return output
}

/** The path of a tool that the workspace installed. */
export const tool = (name) => `${root}node_modules/.bin/${name}`
