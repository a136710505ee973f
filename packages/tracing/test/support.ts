// Programs of their own for tests: bundled from the sources by esbuild, run by Node, watched to their end.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export interface Bundle {
  path: string
  remove(): void
}

/** Bundles a fixture with everything it imports, as an application would ship it: minified, so no class has its name any more. */
export async function bundle(fixture: string, format: 'cjs' | 'esm' = 'cjs', external: readonly string[] = []): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'rag-tracing-'))
  const path = join(folder, format === 'esm' ? 'app.mjs' : 'app.cjs')
  // What a bundler for Node needs for the CommonJS inside an ESM file.
  const banner = { js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);` }
  await build({
    entryPoints: [fileURLToPath(new URL(fixture, import.meta.url))],
    outfile: path,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format,
    conditions: ['@rag/source'],
    external: ['@opentelemetry/exporter-jaeger', '@opentelemetry/exporter-trace-otlp-grpc', ...external],
    logLevel: 'error',
    ...(format === 'esm' ? { banner } : { logOverride: { 'empty-import-meta': 'silent' as const } })
  })
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export interface Ended {
  code: number | null
  signal: string | null
  output: string
}

export interface Program {
  process: ChildProcess
  /** Resolves with the first line that starts with this word, without it. */
  says(word: string): Promise<string>
  ended: Promise<Ended>
}

export function run(values: readonly string[], env: Record<string, string> = {}): Program {
  const child = spawn(process.execPath, [...values], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  const waiting: (() => void)[] = []
  const take = (data: Buffer): void => {
    output += String(data)
    for (const check of waiting) check()
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const ended = new Promise<Ended>((resolve) => child.on('close', (code, signal) => resolve({ code, signal, output })))
  return {
    process: child,
    says: (word) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const line = new RegExp(`^${word} ?(.*)$`, 'm').exec(output)
          if (line) resolve(line[1]!)
        }
        waiting.push(check)
        check()
        void ended.then(({ output: all }) => reject(new Error(`the program ended before it said ${word}: ${all}`)))
      }),
    ended
  }
}

/** Waits until something holds; for what another process or a timer does. */
export async function until(holds: () => boolean, ms = 10_000): Promise<void> {
  const end = performance.now() + ms
  while (!holds()) {
    if (performance.now() > end) throw new Error('it did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
