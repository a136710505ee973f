// What the tests of this package share: a log destination, requests, polling, child processes.
import { type ChildProcess, spawn } from 'node:child_process'
import { type IncomingHttpHeaders, request as nodeRequest } from 'node:http'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'

export interface Line {
  [field: string]: unknown
}

export interface Memory {
  write(line: string): void
  text: string[]
  lines(): Line[]
  /** The lines of requests. */
  requests(): Line[]
}

/** A log destination in memory. */
export function createMemory(): Memory {
  const text: string[] = []
  const lines = () => text.map((line) => JSON.parse(line) as Line)
  return { text, write: (line) => void text.push(line), lines, requests: () => lines().filter(({ route }) => route !== undefined) }
}

/** Polls until a condition holds. */
export async function until(condition: () => boolean | Promise<boolean>, what: string | (() => string), ms = 5000): Promise<void> {
  const end = performance.now() + ms
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited ${ms} ms for ${typeof what === 'string' ? what : what()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export interface Reply {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

export interface RequestInit {
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** One request on a connection of its own. */
export function request(port: number, path: string, { method = 'GET', headers = {}, body }: RequestInit = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = nodeRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Sends bytes as they are; leaves when `leave` says so of what has come, else with the server. */
export function exchange(
  port: number,
  text: string,
  leave: (received: string) => boolean | Promise<boolean> = () => false
): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    const timer = setInterval(async () => {
      if (await leave(received)) socket.destroy()
    }, 5)
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(timer)
      resolve(received)
    })
  })
}

/** The value of every sample of a metric, by its labels as they stand on the page. */
export function samples(page: string, metric: string): Map<string, number> {
  const found = new Map<string, number>()
  for (const [, labels, value] of page.matchAll(new RegExp(`^${metric}(?:\\{(.*)\\})? (\\S+)`, 'gm')))
    found.set(labels ?? '', Number(value))
  return found
}

export interface Ended {
  code: number | null
  signal: string | null
  stdout: string
  stderr: string
}

export interface Child {
  process: ChildProcess
  stdout(): string
  ended: Promise<Ended>
}

/** Runs a fixture on the sources, or a program given as it is (`.mjs`) on what was built. */
export function startFixture(name: string, values: readonly string[] = [], env: Record<string, string> = {}): Child {
  const file = fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))
  const sources = name.endsWith('.ts') ? ['--import', 'tsx', '--conditions=@rag/source'] : []
  const child = spawn(process.execPath, [...sources, file, ...values], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => (stdout += data))
  child.stderr.on('data', (data) => (stderr += data))
  const ended = new Promise<Ended>((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })))
  return { process: child, stdout: () => stdout, ended }
}
