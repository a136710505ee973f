// Starts the processes of the system, waits until each says that it listens, and stops them all, whatever happened.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { readLines } from '../read/ndjson.js'

export interface ProcessPlan {
  readonly name: string
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  /** More for Node, before the script. */
  readonly node?: readonly string[]
  /** A program other than the TypeScript in `src/index.ts`, which is ready as soon as it runs. */
  readonly command?: readonly [string, ...string[]]
}

export interface Running {
  readonly name: string
  /** Its standard output: one JSON object a line. */
  readonly log: string
  /** What it said when it began to listen. */
  readonly url: string
  readonly admin: string
  readonly pid: number
}

export interface Processes {
  start(plan: ProcessPlan): Promise<Running>
  /** Ends one process, by SIGTERM unless another signal is given. Its end breaks nothing. */
  end(running: Running, signal?: NodeJS.Signals): Promise<void>
  /** Sends a signal that does not end it, such as SIGSTOP. */
  signal(running: Running, signal: NodeJS.Signals): void
  /** Rejects when a process ends that nobody stopped. */
  readonly broken: Promise<never>
  stop(): Promise<void>
}

const START_TIMEOUT_MS = 120_000
const STOP_TIMEOUT_MS = 4000

/** @param logs Folder of the log files. */
export function createProcesses(logs: string): Processes {
  const children = new Map<number, ChildProcess>()
  const ending = new Set<ChildProcess>()
  let stopping = false
  let breaks: (error: Error) => void = () => {}
  const broken = new Promise<never>((_, reject) => {
    breaks = reject
  })
  broken.catch(() => {})

  return {
    broken,
    async start({ name, folder, env, node = [], command }) {
      if (stopping) throw new Error(`${name} is not started: the demo stops`)
      const [log, errors] = [join(logs, `${name}.log`), join(logs, `${name}.stderr`)]
      // A service that is started again goes on in its file.
      const before = (await readLines(log).catch(() => [])).length
      const files = [openSync(log, 'a'), openSync(errors, 'a')] as const
      const [program, ...given] = command ?? [process.execPath, '--import', 'tsx', ...node, 'src/index.ts']
      // A group of its own: Ctrl-C reaches the demo alone, and a stop reaches the children's children too.
      const child = spawn(program, given, {
        cwd: folder,
        env: { ...process.env, ...env },
        stdio: ['ignore', ...files],
        detached: true
      })
      for (const file of files) closeSync(file)
      const pid = child.pid ?? 0
      children.set(pid, child)
      let gone: string | undefined
      child.on('error', (error) => {
        gone = error.message
      })
      child.on('exit', async (code, signal) => {
        gone = `ended with ${signal ?? code}`
        if (!stopping && !ending.has(child)) breaks(new Error(`${name} ${gone}\n${await tail(errors)}`))
      })
      if (command) return { name, log, url: '', admin: '', pid }
      for (const start = Date.now(); Date.now() - start < START_TIMEOUT_MS; await pause(40)) {
        const line = (await readLines(log).catch(() => [])).slice(before).find(({ msg }) => msg === 'listening')
        if (line) return { name, log, url: String(line['url']), admin: String(line['admin'] ?? ''), pid }
        if (gone !== undefined) throw new Error(`${name} ${gone}\n${await tail(errors)}`)
      }
      throw new Error(`${name} does not listen after ${START_TIMEOUT_MS / 1000} s\n${await tail(errors)}`)
    },
    async end({ pid }, signal) {
      const child = children.get(pid)
      if (!child) return
      ending.add(child)
      await stopGroup(child, signal)
    },
    signal: ({ pid }, signal) => signalGroup(pid, signal),
    async stop() {
      stopping = true
      await Promise.all([...children.values()].map((child) => stopGroup(child)))
    }
  }
}

async function stopGroup(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const { pid } = child
  if (pid === undefined) return
  const running = child.exitCode === null && child.signalCode === null
  const ended = running ? new Promise((resolve) => child.once('exit', resolve)) : Promise.resolve()
  signalGroup(pid, 'SIGCONT')
  signalGroup(pid, signal)
  const late = setTimeout(() => signalGroup(pid, 'SIGKILL'), STOP_TIMEOUT_MS)
  await ended
  clearTimeout(late)
  signalGroup(pid, 'SIGKILL')
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // Nobody of the group is left.
  }
}

async function tail(file: string): Promise<string> {
  return (await readFile(file, 'utf8').catch(() => '')).trim().split('\n').slice(-12).join('\n')
}
