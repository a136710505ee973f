// What a full disk does to a service that logs, with our logger and with pino: failed requests, stalls, memory, lost lines, and how soon it writes again (`--write` puts it into docs/logs.md).
import { execFileSync, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { table } from './docs.js'
import { publish } from './logger/page.js'

const FULL_MS = 4000
const PACE_MS = 10
const TIMEOUT_MS = 2000
const MIB = 1024 * 1024

interface Figures {
  logged: number
  worstMs: number
  rss: number
  account?: { recorded: number; exported: number; dropped: number; queued: number }
}

const folder = mkdtempSync(join(tmpdir(), 'rag-faults-'))
const report: Record<string, Outcome> = {}
try {
  for (const kind of ['ours', 'pino sync', 'pino async']) {
    report[kind] = await onFullDisk(kind)
    process.stdout.write(`${kind}: ${JSON.stringify(report[kind])}\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
publish('logger-faults', page(), report)
process.exit(0)

function page(): string {
  const rows = Object.entries(report).map(([kind, outcome]) => [
    kind,
    outcome.failedRequests,
    outcome.worstStallMs,
    outcome.rssGrowthMiB,
    outcome.writesAgainAfterMs,
    outcome.account ? `${outcome.account.exported} + ${outcome.account.dropped} = ${outcome.logged}` : 'not counted',
    outcome.linesInFile ?? '–'
  ])
  return [
    `A service on a full disk for ${FULL_MS / 1000} s, 20 lines of 1 KB a request, ${1000 / PACE_MS} requests a second; then there is space again.`,
    table(
      [
        '',
        'failed requests',
        'worst stall, ms',
        'memory, MiB',
        'writes again after, ms',
        'written + dropped = logged',
        'lines in the file'
      ],
      rows
    )
  ].join('\n\n')
}

interface Outcome {
  failedRequests: number
  processEnded: boolean
  worstStallMs: number | string
  rssGrowthMiB: number | string
  writesAgainAfterMs: number | string
  logged?: number
  account?: NonNullable<Figures['account']>
  linesInFile?: number
}

/** One service on a file system of 8 MiB that is filled and emptied again under load. Needs the right to mount. */
async function onFullDisk(kind: string): Promise<Outcome> {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder])
  const file = join(folder, 'app.log')
  const child = fork(new URL('./logger/faults-child.ts', import.meta.url).pathname, [kind, file], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: process.execArgv
  })
  let ended = false
  child.once('exit', () => (ended = true))
  try {
    const port = await new Promise<number>((resolve) => child.once('message', (message) => resolve(message as number)))
    await load(port, 1000)
    const calm = await figuresOf(port)
    fill(join(folder, 'ballast'))
    const failed = await load(port, FULL_MS)
    const full = await figuresOf(port)
    rmSync(join(folder, 'ballast'), { force: true })
    execFileSync('mount', ['-o', 'remount,size=256m', folder])
    const resumedMs = await untilWritten(file, port)
    await new Promise((resolve) => setTimeout(resolve, 2500))
    const last = await figuresOf(port)
    const { account } = last ?? {}
    return {
      failedRequests: failed,
      processEnded: ended,
      worstStallMs: full ? Math.round(full.worstMs) : 'no answer',
      rssGrowthMiB: full && calm ? Math.round((full.rss - calm.rss) / MIB) : 'no answer',
      writesAgainAfterMs: resumedMs ?? 'never',
      ...(last && account && { logged: last.logged, account, linesInFile: linesIn(file) })
    }
  } finally {
    child.kill('SIGKILL')
    execFileSync('umount', ['-l', folder])
  }
}

function fill(path: string): void {
  const block = Buffer.alloc(4096, 1)
  try {
    for (;;) writeFileSync(path, block, { flag: 'a' })
  } catch {
    // Full.
  }
}

/** Requests at a steady pace for a while; how many of them failed. */
async function load(port: number, ms: number): Promise<number> {
  const open: Promise<boolean>[] = []
  for (const end = performance.now() + ms; performance.now() < end; ) {
    open.push(ask(port, '/').then((answer) => answer === 'ok'))
    await new Promise((resolve) => setTimeout(resolve, PACE_MS))
  }
  return (await Promise.all(open)).filter((ok) => !ok).length
}

async function figuresOf(port: number): Promise<Figures | undefined> {
  const text = await ask(port, '/figures')
  return text === undefined ? undefined : (JSON.parse(text) as Figures)
}

function ask(port: number, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, path, timeout: TIMEOUT_MS, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += chunk))
      response.on('end', () => resolve(text))
    })
    outgoing.on('timeout', () => outgoing.destroy())
    outgoing.on('error', () => resolve(undefined))
    outgoing.end()
  })
}

/** Milliseconds until a request shows in the file again. */
async function untilWritten(file: string, port: number): Promise<number | undefined> {
  const size = statSync(file).size
  const started = performance.now()
  while (performance.now() - started < 8000) {
    await ask(port, '/')
    if (statSync(file).size > size) return Math.round(performance.now() - started)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return undefined
}

function linesIn(file: string): number {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  for (const line of lines) JSON.parse(line)
  return lines.length
}
