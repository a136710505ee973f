// Where the CPU of the services goes: their profiles, summed by the part of the code that ran.
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { System } from '../system/system.js'

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string; readonly url: string } }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** CPU milliseconds by part. */
export type Parts = Readonly<Record<string, number>>

/** The first that matches names the part; what V8 itself does has no URL. */
const PARTS: readonly (readonly [part: string, url: RegExp])[] = [
  ['@rag/core: passes, clients, context, masking', /\/packages\/core\//],
  ['@rag/logger and pino: lines', /\/packages\/logger\/|\/pino\/|\/sonic-boom\//],
  ['@rag/metrics: counters and histograms', /\/packages\/metrics\/|\/prom-client\//],
  ['@rag/tracing: spans and their export', /\/packages\/tracing\//],
  ['@rag/llm-meter: tokens and cost', /\/packages\/llm-meter\//],
  ['@rag/observability: the umbrella', /\/packages\/observability\//],
  ['AsyncLocalStorage: contexts over promises', /async_hooks|async_local_storage|@opentelemetry/],
  ['@rag/cache', /\/packages\/cache\//],
  ['Node: HTTP, streams, fetch', /^node:/],
  ['frameworks, drivers and SDKs of vendors', /\/node_modules\//],
  ['the services themselves', /\/examples\/|bare\.ts/]
]
const START_MS = 300
const WRITE_MS = 2000

/** Profiles all services during `work`. */
export async function profiled(system: System, folder: string, work: () => Promise<unknown>): Promise<Parts> {
  const toggle = () => {
    for (const running of system.services) process.kill(running.pid, 'SIGUSR2')
  }
  toggle()
  await pause(START_MS)
  await work()
  toggle()
  const parts: Record<string, number> = {}
  for (const { pid } of system.services) {
    const file = join(folder, `${pid}.cpuprofile`)
    add(parts, JSON.parse(await written(file)) as Profile)
    if (!process.env['KEEP_PROFILES']) await rm(file)
  }
  return parts
}

async function written(file: string): Promise<string> {
  for (let tries = 0; ; tries++) {
    const text = await readFile(file, 'utf8').catch(() => '')
    if (text.endsWith('}')) return text
    if (tries * 100 > WRITE_MS * 5) throw new Error(`no profile was written: ${file}`)
    await pause(100)
  }
}

function add(parts: Record<string, number>, { nodes, samples, timeDeltas }: Profile): void {
  const byNode = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]))
  for (const [index, id] of samples.entries()) {
    const part = byNode.get(id)
    // A sample stands for the time until the next one.
    if (part) parts[part] = (parts[part] ?? 0) + Math.max(0, timeDeltas[index + 1] ?? 0) / 1000
  }
}

function partOf({ functionName, url }: Profile['nodes'][number]['callFrame']): string | undefined {
  if (functionName === '(idle)' || functionName === '(root)') return undefined
  if (functionName === '(garbage collector)') return 'garbage collector'
  return PARTS.find(([, pattern]) => pattern.test(url))?.[0] ?? 'V8 and the kernel'
}
