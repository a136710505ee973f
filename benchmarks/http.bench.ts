// Added server CPU of all three signals, each alone and together, beside the tuned peer stack: same requests, same fields, same sink
// (`--ask`: each request makes one outgoing call; `--node=24`: the servers run on that version; `--context`: also the service with
// nothing but an AsyncLocalStorage and the header on its call, below which nothing goes that carries a trace; `--records`: also that one
// with a bare line of pino and a bare histogram of prom-client, the least that records of two signals cost).
import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeBinaries } from '../scripts/nodes.mjs'
import { median, quartiles } from './statistics.js'

const ROUNDS = Number(process.env['ROUNDS'] ?? 9)
const WARM_UP_ROUNDS = 3
const folder = fileURLToPath(new URL('./http/', import.meta.url))
/** Requests a round and their rate, below what the peers can answer. */
const LOAD = { express: { requests: 3000, rate: 1500 }, fastify: { requests: 8000, rate: 4000 } } as const
/** A variant that drops more is no measurement. */
const MOST_DROPPED = 0.01

type Framework = keyof typeof LOAD
const ALL = 'logs+metrics+traces'
const SIGNALS = ['logs', 'metrics', 'traces']
/** `--together` leaves out each signal alone. */
const VARIANTS: readonly string[] = [
  'bare',
  ...(process.argv.includes('--context') ? ['context'] : []),
  ...(process.argv.includes('--records') ? ['bare-records'] : []),
  'peers',
  ...(process.argv.includes('--together') ? [] : SIGNALS),
  ALL
]

interface Server {
  variant: string
  process: ChildProcess
  port: number
  logFile: string
  answered: number
  exported: number
  cpu: number[]
}

const asks = process.argv.includes('--ask')
/** Spans of a request: its own, and that of its call. */
const SPANS = asks ? 2 : 1
const major = process.argv.find((value) => value.startsWith('--node='))?.slice(7) ?? process.versions.node.split('.')[0]!
const binary = (await nodeBinaries([major]))[major]
if (!binary) throw new Error(`Node ${major} cannot be had here`)
const asJson = process.argv.includes('--json')
const only = process.env['FRAMEWORK']
const say = (text: string) => process.stderr.write(`${text}\n`)
const ask = <T>(child: ChildProcess, question: unknown, key: string): Promise<T> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a process of the benchmark ended with ${code}`))
    const listen = (answer: Record<string, unknown>) => {
      if (!(key in answer)) return
      child.off('message', listen)
      child.off('exit', ended)
      resolve(answer[key] as T)
    }
    child.on('message', listen)
    child.once('exit', ended)
    if (question !== undefined) child.send(question as object)
  })

/** Runs a script on one core, where the machine can pin. */
function start(
  script: string,
  values: string[],
  core: number,
  environment: Record<string, string> = {},
  node = process.execPath
): ChildProcess {
  const env = { ...process.env, NODE_OPTIONS: '', ...environment }
  const pinned =
    process.platform === 'linux' ? { execPath: 'taskset', execArgv: ['-c', String(core), node] } : { execPath: node, execArgv: [] }
  return fork(join(folder, script), values, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'], ...pinned })
}

async function measure(framework: Framework): Promise<Record<string, unknown>> {
  const scratch = mkdtempSync(join(tmpdir(), 'rag-bench-http-'))
  const load = start('load.mjs', [], 1)
  const sink = await ask<number>(load, undefined, 'sink')
  const servers: Server[] = []
  for (const variant of VARIANTS) {
    const logFile = join(scratch, `${variant}.log`)
    const environment = {
      NODE_ENV: 'production',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink}`,
      BACKEND: `http://127.0.0.1:${sink}/backend`
    }
    const child = start(variant === 'peers' ? 'peers.cjs' : 'bare-or-ours.mjs', [framework, variant, logFile], 0, environment, binary)
    servers.push({ variant, process: child, port: await ask<number>(child, undefined, 'port'), logFile, answered: 0, exported: 0, cpu: [] })
  }
  try {
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      for (const server of shuffled(servers)) {
        const before = await ask<NodeJS.CpuUsage>(server.process, 'cpu', 'cpu')
        const answered = await ask<number>(
          load,
          { run: { port: server.port, path: asks ? '/ask' : '/users', ...loadOf(framework) } },
          'ran'
        )
        await ask(server.process, 'flush', 'flushed')
        const after = await ask<NodeJS.CpuUsage>(server.process, 'cpu', 'cpu')
        server.answered += answered
        server.exported += await ask<number>(load, 'spans', 'spans')
        if (round >= 0) server.cpu.push((after.user + after.system - before.user - before.system) / answered)
      }
      say(`${framework}: round ${Math.max(round + 1, 0)} of ${ROUNDS}`)
    }
    return { ...summary(servers), checks: await check(servers) }
  } finally {
    for (const { process: child } of servers) child.disconnect()
    load.disconnect()
    rmSync(scratch, { recursive: true, force: true })
  }
}

function summary(servers: Server[]) {
  const added = (variant: string) => {
    const bare = servers.find((server) => server.variant === 'bare')!.cpu
    return servers.find((server) => server.variant === variant)!.cpu.map((cpu, round) => cpu - bare[round]!)
  }
  const peers = added('peers')
  const shares = Object.fromEntries(
    VARIANTS.filter((variant) => variant !== 'bare' && variant !== 'peers').map((variant) => {
      const ratios = added(variant).map((cpu, round) => cpu / peers[round]!)
      return [variant, { share: round3(median(ratios)), spread: quartiles(ratios).map(round3) }]
    })
  )
  const all = added(ALL)
  const sums = VARIANTS.includes(SIGNALS[0]!) && SIGNALS.map(added)
  return {
    shares,
    ...(sums && { togetherOverSum: round3(median(all.map((cpu, round) => cpu / sums.reduce((sum, each) => sum + each[round]!, 0)))) }),
    addedMicroseconds: Object.fromEntries(VARIANTS.map((variant) => [variant, round3(median(added(variant)))]))
  }
}

/** Answers = lines = histogram counts = spans exported + dropped, and hardly any dropped; anything else makes the run invalid. */
async function check(servers: Server[]): Promise<Record<string, Record<string, number>>> {
  const found: Record<string, Record<string, number>> = {}
  for (const server of servers) {
    const { variant, answered } = server
    const has = (signal: string) => variant === 'peers' || variant.split('+').includes(signal)
    const counts: Record<string, number> = { answered }
    if (has('logs')) counts['lines'] = countLines(server.logFile)
    if (has('traces')) {
      const dropped = await ask<number>(server.process, 'dropped', 'dropped')
      const lost = dropped >= 0 ? dropped : answered * SPANS - server.exported
      if (lost > answered * MOST_DROPPED) throw new Error(`invalid: ${variant} answered ${answered} requests and dropped ${lost} spans`)
      counts['spans'] = (server.exported + lost) / SPANS
    }
    if (has('metrics')) counts['histogram'] = histogramCount(await ask<string>(server.process, 'metrics', 'metrics'))
    found[variant] = counts
    for (const [name, count] of Object.entries(counts)) {
      if (count !== answered) throw new Error(`invalid: ${variant} answered ${answered} requests and has ${count} ${name}`)
    }
  }
  return found
}

function histogramCount(text: string): number {
  return [...text.matchAll(/^http_(?:server_)?request_duration_seconds_count\{[^}]*\} (\d+)/gm)].reduce(
    (sum, match) => sum + Number(match[1]),
    0
  )
}

/** Lines about a request that was answered; a framework also says that it listens. */
function countLines(file: string): number {
  const wanted = '"statusCode":200'
  const buffer = Buffer.alloc(1 << 20)
  const handle = openSync(file, 'r')
  let lines = 0
  let rest = ''
  for (let read = readSync(handle, buffer); read > 0; read = readSync(handle, buffer)) {
    const text = rest + buffer.toString('latin1', 0, read)
    const end = text.lastIndexOf('\n') + 1
    for (let at = text.indexOf(wanted); at >= 0 && at < end; at = text.indexOf(wanted, text.indexOf('\n', at))) lines++
    rest = text.slice(end)
  }
  closeSync(handle)
  return lines
}

/** A call costs more than a small answer: fewer requests keep the process below its limit. */
function loadOf(framework: Framework): { requests: number; rate: number } {
  const { requests, rate } = LOAD[framework]
  return asks ? { requests: Math.round(requests / 4), rate: Math.round(rate / 4) } : { requests, rate }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000
}

const results: Record<string, unknown> = {}
for (const framework of Object.keys(LOAD) as Framework[]) {
  if (only && only !== framework) continue
  results[framework] = await measure(framework)
}
if (asJson)
  process.stdout.write(`${JSON.stringify({ case: asks ? 'http, one outgoing call' : 'http', node: major, rounds: ROUNDS, results })}\n`)
else process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
