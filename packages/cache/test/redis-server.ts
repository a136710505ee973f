// Starts real Redis servers on free loopback ports for tests.
import { type ChildProcess, spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'

export interface RedisServer {
  readonly port: number
  readonly process: ChildProcess
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>
  signal(name: NodeJS.Signals): void
}

export async function startRedis(given?: number, ...settings: string[]): Promise<RedisServer> {
  const port = given ?? (await freePort())
  let child = await launch(port, settings)
  return {
    port,
    get process() {
      return child
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    },
    async restart() {
      child = await launch(port, settings)
    },
    signal(name) {
      child.kill(name)
    }
  }
}

async function launch(port: number, settings: string[]): Promise<ChildProcess> {
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...settings], {
    stdio: 'ignore'
  })
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await listens(port)) return child
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('redis-server did not start; install it, for example by: npm run setup -- --servers')
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Waits until something holds, and fails with what it was about. */
export async function until(what: string, holds: () => unknown, ms = 5000): Promise<void> {
  const end = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${ms} ms for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
