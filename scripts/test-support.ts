// Real servers for tests: found on this machine, started on free loopback ports in folders of their own, stopped by pid.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, chmodSync, chownSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import { freePorts } from '../examples/rag-system/demo/src/system/ports.js'
import { findServer, type ServerName } from './servers.mjs'

export interface RunningServer {
  port: number
  url: string
  /** The process, for tests that kill, stop or continue it. */
  process: ChildProcess
  stop(): Promise<void>
}

/** A Redis that tests may take away: `process` is the one that runs now. */
export interface RunningRedis extends RunningServer {
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>
}

/** A PostgreSQL that tests may take away: `process` is the one that runs now. */
export interface RunningPostgres extends RunningServer {
  /** Ends it at once, with all its connections. */
  kill(): Promise<void>
  /** Starts it again on the same port, with what was committed. */
  restart(): Promise<void>
}

/** A suite that needs servers. Where one is missing the suite is left out and named in the last lines of the run; under CI it fails. */
export function describeWith(servers: readonly ServerName[], name: string, suite: () => void): void {
  const missing = servers.filter((server) => !findServer(server))
  const list = process.env['RAG_LEFT_OUT']
  if (missing.length > 0 && list) appendFileSync(list, `${name} (needs ${missing.join(', ')})\n`)
  describe.skipIf(missing.length > 0)(name, suite)
}

export async function startRedis({ port, values = [] }: { port?: number; values?: readonly string[] } = {}): Promise<RunningRedis> {
  const folder = scratch()
  const chosen = port ?? (await freePort())
  const launch = async () => {
    const bounds = ['--port', String(chosen), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
    const child = start('redis', [...bounds, ...values])
    await listening(chosen, child)
    return child
  }
  let child = await launch()
  return {
    port: chosen,
    url: `redis://127.0.0.1:${chosen}`,
    get process() {
      return child
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    async restart() {
      child = await launch()
    },
    stop: () => stop(child, folder)
  }
}

/** PostgreSQL refuses to run as root, so there it runs as the user that its package made. */
export async function startPostgres({
  settings = [],
  standbyOf
}: {
  settings?: readonly string[]
  /** A running server whose replica this one is. */
  standbyOf?: RunningServer
} = {}): Promise<RunningPostgres> {
  const folder = scratch()
  const data = join(folder, 'data')
  const bin = dirname(findServer('postgres')!)
  const account = process.getuid?.() === 0 ? idsOf('postgres') : undefined
  chmodSync(folder, 0o755)
  if (account) chownSync(folder, account.uid, account.gid)
  const [program, values] = standbyOf
    ? (['pg_basebackup', ['-D', data, '-R', '-X', 'stream', '-c', 'fast', '--no-sync', '-d', standbyOf.url]] as const)
    : (['initdb', ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync', '--locale=C', '-E', 'UTF8']] as const)
  const made = spawnSync(join(bin, program), values, { ...account, cwd: folder, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`${program} failed: ${made.stderr}`)
  const port = await freePort()
  const options = ['fsync=off', `port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, ...settings]
  const launch = async () => {
    const values = ['-D', data, ...options.flatMap((option) => ['-c', option])]
    const started = spawn(join(bin, 'postgres'), values, { ...account, cwd: folder, stdio: 'ignore' })
    await listening(port, started)
    await accepting(bin, port)
    return started
  }
  let child = await launch()
  return {
    port,
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    get process() {
      return child
    },
    async kill() {
      const ended = once(child, 'exit')
      child.kill('SIGQUIT')
      await ended
    },
    async restart() {
      child = await launch()
    },
    stop: () => stop(child, folder, 'SIGINT')
  }
}

/** Prometheus with a configuration in YAML; `logFile` takes what it says. */
export async function startPrometheus(
  configuration: string,
  { features = ['exemplar-storage'], logFile }: { features?: readonly string[]; logFile?: string } = {}
): Promise<RunningServer> {
  const folder = scratch()
  const file = join(folder, 'prometheus.yml')
  writeFileSync(file, configuration)
  const port = await freePort()
  const values = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    `--enable-feature=${features.join(',')}`,
    '--log.level=debug'
  ]
  const log = logFile === undefined ? 'ignore' : openSync(logFile, 'a')
  const child = spawn(findServer('prometheus')!, values, { stdio: ['ignore', log, log] })
  if (typeof log === 'number') closeSync(log)
  await listening(port, child)
  await ready(`http://127.0.0.1:${port}/-/ready`)
  return { port, url: `http://127.0.0.1:${port}`, process: child, stop: () => stop(child, folder) }
}

/** A server of Prometheus' family that needs no more than an address to listen on. */
export async function startListening(name: 'nodeExporter' | 'pushgateway'): Promise<RunningServer> {
  const folder = scratch()
  const port = await freePort()
  const child = start(name, [`--web.listen-address=127.0.0.1:${port}`])
  await listening(port, child)
  return { port, url: `http://127.0.0.1:${port}`, process: child, stop: () => stop(child, folder) }
}

/** rsyslog with a configuration of its own, in the foreground. The module for Elasticsearch comes with its own package. */
export async function startRsyslog(configuration: string, env: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
  const folder = scratch()
  const file = join(folder, 'rsyslog.conf')
  writeFileSync(file, configuration)
  const child = spawn(findServer('rsyslog')!, ['-n', '-f', file, '-i', join(folder, 'pid')], {
    stdio: 'ignore',
    env: { ...process.env, ...env }
  })
  return { port: 0, url: '', process: child, stop: () => stop(child, folder) }
}

/** Alertmanager with a configuration file; `amtool` comes in the same Debian package. */
export async function startAlertmanager(file: string): Promise<RunningServer> {
  const folder = scratch()
  const port = await freePort()
  const child = start('alertmanager', [
    `--config.file=${file}`,
    `--storage.path=${folder}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address='
  ])
  await listening(port, child)
  return { port, url: `http://127.0.0.1:${port}`, process: child, stop: () => stop(child, folder) }
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  return (await freePorts(1))[0]!
}

function start(name: ServerName, values: string[]): ChildProcess {
  return spawn(findServer(name)!, values, { stdio: 'ignore' })
}

function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'rag-server-'))
}

function idsOf(user: string): { uid: number; gid: number } | undefined {
  const id = (flag: string) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout)
  const [uid, gid] = [id('-u'), id('-g')]
  return uid && gid ? { uid, gid } : undefined
}

/** It listens before it answers. */
async function ready(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if ((await fetch(url).catch(() => undefined))?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${url} was not ready for 15 s`)
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode} before it listened`)
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing listened on port ${port} for 15 s`)
}

async function accepting(bin: string, port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (spawnSync(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]).status === 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('PostgreSQL accepted no connection for 10 s')
}

function stop(child: ChildProcess, folder: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  return new Promise((resolve) => {
    const gone = () => {
      rmSync(folder, { recursive: true, force: true })
      resolve()
    }
    if (child.exitCode !== null || child.signalCode !== null) return gone()
    child.once('exit', gone)
    child.kill('SIGCONT')
    child.kill(signal)
    setTimeout(() => child.kill('SIGKILL'), 3000).unref()
  })
}
