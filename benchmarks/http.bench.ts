// Added server CPU of all three signals, each alone and together, beside the tuned peer stack: same requests, same fields, same sink
// (`--ask`: each request makes one outgoing call; `--node=24`: the servers run on that version; `--context`: also the service with
// nothing but an AsyncLocalStorage and the header on its call, below which nothing goes that carries a trace; `--records`: also the
// same records by hand, lines and spans by JSON.stringify and counts in an array, with nothing masked, checked or bounded; `--unbuffered`: also ours with each line
// handed over in its turn. Otherwise our lines may wait 100 ms, as those of pino do, for the peers and there, until 4 KB are together).
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeBinaries } from '../scripts/nodes.mjs'
import { sharesOf } from './http/shares.mjs'

/** A call costs some hundred microseconds of clients, streams and garbage: one process differs from the next by a tenth of that. */
const SETS = Number(process.env['SETS'] ?? (process.argv.includes('--ask') ? 6 : 3))
/**
 * Measured rounds of a set of processes. Short ones: what else runs on the machine then disturbs all variants of a round alike, and what
 * comes and goes within a round is outvoted by the others. A set is started and warmed up anew: how V8 has compiled a process and where
 * its memory lies stay with it, so that more rounds of one set agree with each other and not with the next run.
 */
const ROUNDS = Number(process.env['ROUNDS'] ?? (process.argv.includes('--ask') ? 6 : 8))
/**
 * Answers of each process before anything is measured, as fast as it gives them: a service that runs for days is compiled. After half as
 * many the compilers still took 3 us of each small request, most of them for those who brought the most code.
 */
const WARM_UP = Number(process.env['WARM_UP'] ?? (process.argv.includes('--ask') ? 8000 : 24_000))
/**
 * Rounds that count as warm-up too: the pace of a round brings what the warm-up does not, such as sockets that come and go, and the
 * compilers take back for it what streams had been compiled to. After three rounds of calls on Node 20 they still took 15 us of a request
 * in one process and 60 in the next, of the same code.
 */
const SETTLING = process.argv.includes('--ask') ? 15 : 6
/** One stretch of the warm-up: exports keep up, so that no variant starts with a full queue. */
const WARM_UP_STRETCH = 2000
const folder = fileURLToPath(new URL('./http/', import.meta.url))
/** Requests a round and their rate, about half of what the peers can answer. */
const LOAD = {
  small: { express: { requests: 1000, rate: 1500 }, fastify: { requests: 2500, rate: 4000 } },
  ask: { express: { requests: 400, rate: 600 }, fastify: { requests: 600, rate: 1000 } }
} as const
/** A variant that drops more is no measurement. */
const MOST_DROPPED = 0.01

type Framework = keyof typeof LOAD.small
const ALL = 'logs+metrics+traces'
const SIGNALS = ['logs', 'metrics', 'traces']
/** `--together` leaves out each signal alone. */
const VARIANTS: readonly string[] = [
  'bare',
  ...(process.argv.includes('--context') ? ['context'] : []),
  ...(process.argv.includes('--records') ? ['by-hand'] : []),
  'peers',
  ...(process.argv.includes('--together') ? [] : SIGNALS),
  ...(process.argv.includes('--unbuffered') ? [`${ALL}+unbuffered`] : []),
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
  const sets: Server[][] = []
  const checks: Record<string, Record<string, number>>[] = []
  for (let set = 0; set < SETS; set++) {
    const scratch = mkdtempSync(join(tmpdir(), 'rag-bench-http-'))
    const load = start('load.mjs', [], 1)
    const sink = await ask<number>(load, undefined, 'sink')
    const servers: Server[] = []
    try {
      for (const variant of VARIANTS) servers.push(await startServer(framework, variant, scratch, sink))
      for (const server of shuffled(servers)) {
        for (let sent = 0; sent < WARM_UP; sent += WARM_UP_STRETCH) await round(server, load, { requests: WARM_UP_STRETCH, rate: 1e6 })
      }
      for (let each = -SETTLING; each < ROUNDS; each++) {
        for (const server of shuffled(servers)) {
          const cpu = await round(server, load, LOAD[asks ? 'ask' : 'small'][framework])
          if (each >= 0) server.cpu.push(cpu)
        }
        say(`${framework}: set ${set + 1} of ${SETS}, round ${Math.max(each + 1, 0)} of ${ROUNDS}`)
      }
      checks.push(await check(servers))
      sets.push(servers)
    } finally {
      for (const { process: child } of servers) child.disconnect()
      load.disconnect()
      rmSync(scratch, { recursive: true, force: true })
    }
  }
  const cpu = sets.map((servers) => Object.fromEntries(servers.map((server) => [server.variant, server.cpu])))
  return { ...sharesOf(cpu), checks, cpu }
}

async function startServer(framework: Framework, variant: string, scratch: string, sink: number): Promise<Server> {
  const logFile = join(scratch, `${variant}.log`)
  const environment = {
    NODE_ENV: 'production',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink}`,
    BACKEND: `http://127.0.0.1:${sink}/backend`
  }
  const child = start(variant === 'peers' ? 'peers.cjs' : 'bare-or-ours.mjs', [framework, variant, logFile], 0, environment, binary)
  return { variant, process: child, port: await ask<number>(child, undefined, 'port'), logFile, answered: 0, exported: 0, cpu: [] }
}

/** CPU of a server for each of the requests, in microseconds, all its threads and its exports included. */
async function round(server: Server, load: ChildProcess, { requests, rate }: { requests: number; rate: number }): Promise<number> {
  const before = await ask<NodeJS.CpuUsage>(server.process, 'cpu', 'cpu')
  const answered = await ask<number>(load, { run: { port: server.port, path: asks ? '/ask' : '/users', requests, rate } }, 'ran')
  await ask(server.process, 'flush', 'flushed')
  const after = await ask<NodeJS.CpuUsage>(server.process, 'cpu', 'cpu')
  server.answered += answered
  server.exported += await ask<number>(load, 'spans', 'spans')
  return (after.user + after.system - before.user - before.system) / answered
}

/** Answers = lines = histogram counts = spans exported + dropped, and hardly any dropped; anything else makes the run invalid. */
async function check(servers: Server[]): Promise<Record<string, Record<string, number>>> {
  const found: Record<string, Record<string, number>> = {}
  for (const server of servers) {
    const { variant, answered } = server
    const has = (signal: string) => variant === 'peers' || variant === 'by-hand' || variant.split('+').includes(signal)
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

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}

/** What was measured, for whoever puts runs of several days side by side; nothing outside a repository. */
function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: folder, encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}

const results: Record<string, unknown> = {}
for (const framework of Object.keys(LOAD.small) as Framework[]) {
  if (only && only !== framework) continue
  results[framework] = await measure(framework)
  // A line each: what is measured is not lost with what comes after it.
  const line = {
    case: asks ? 'http, one outgoing call' : 'http',
    node: major,
    commit: commit(),
    results: { [framework]: results[framework] }
  }
  if (asJson) process.stdout.write(`${JSON.stringify(line)}\n`)
}
// The figure of each round is for whoever puts runs together.
if (!asJson) process.stdout.write(`${JSON.stringify(results, (key, value: unknown) => (key === 'cpu' ? undefined : value), 2)}\n`)
