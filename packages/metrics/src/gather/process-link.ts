// The primary's end of the cluster: a socket in a folder that only this user may open. No message passes the channel of
// the cluster, so an application that listens there sees nothing of it.
import cluster from 'node:cluster'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AdminOptions, onExit } from '@rag/core'
import type { Frame } from './frame.js'
import { readLines } from './lines.js'
import type { Member, Members } from './members.js'
import { listenShared } from './shared-listener.js'

export interface Link {
  /** Asks every member for what is new; resolves with the last answer. */
  ask(): Promise<unknown>
  readonly size: number
  stop(): void
}

/** What a worker writes: figures, or the wish for an admin listener. */
export type WorkerLine = Frame | { admin: AdminOptions }
/** What the primary writes: a question for figures, or where its admin listener is. */
export type PrimaryLine = { ask: number } | { url: string } | { refused: string }

export interface PrimaryParts {
  service: string
  members: Members
  /** Opens the admin listener of the primary, or says where it is. */
  admin(options: AdminOptions): Promise<string>
  warn(message: string): void
}

/** Questions that a worker may leave open before it is asked no more. */
const MAX_OPEN = 16

/** The folder in which the primary `pid` of a service listens. */
export function folderOf(pid: number, service: string): string {
  const key = createHash('sha256').update(`${hostname()}\0${service}`).digest('hex').slice(0, 16)
  return join(tmpdir(), `rag-metrics-${pid}-${key}`)
}

export function addressOf(folder: string): string {
  return process.platform === 'win32' ? `\\\\.\\pipe\\${folder.replaceAll(/[\\/:]/g, '-')}` : join(folder, 'gather')
}

/** Opens when the first worker is forked, and not before. */
export function listenToWorkers({ service, members, admin, warn }: PrimaryParts): Link {
  const folder = folderOf(process.pid, service)
  const peers = new Map<Socket, Map<number, () => void>>()
  let server: Server | undefined
  let forget: (() => void) | undefined
  let asked = 0

  const fail = (error: unknown) =>
    warn(`the workers of this cluster cannot be added up here, each shows its own figures: ${(error as Error).message}`)
  const open = () => {
    if (server) return
    server = createServer((socket) => accept(socket, members.join()))
    server.on('error', fail)
    try {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { mode: 0o700 })
      chmodSync(folder, 0o700)
      forget = onExit(() => rmSync(folder, { recursive: true, force: true }))
      server.listen(addressOf(folder))
      server.unref()
    } catch (error) {
      fail(error)
    }
  }
  const accept = (socket: Socket, member: Member) => {
    const waiting = new Map<number, () => void>()
    const write = (line: PrimaryLine) => void socket.write(`${JSON.stringify(line)}\n`)
    peers.set(socket, waiting)
    socket.unref()
    readLines(socket, (text) => {
      const line = JSON.parse(text) as WorkerLine
      if ('admin' in line)
        return void admin(line.admin).then(
          (url) => write({ url }),
          (error: Error) => write({ refused: error.message })
        )
      member.take(line)
      if (line.answers !== undefined) waiting.get(line.answers)?.()
    })
    socket.on('close', () => {
      peers.delete(socket)
      member.end()
      for (const answered of waiting.values()) answered()
    })
  }
  const unlisten = listenShared(cluster, 'fork', open)
  return {
    get size() {
      return peers.size
    },
    ask: () =>
      Promise.all(
        [...peers].map(([socket, waiting]) => {
          if (waiting.size >= MAX_OPEN) return undefined
          const number = ++asked
          return new Promise<void>((resolve) => {
            waiting.set(number, resolve)
            socket.write(`${JSON.stringify({ ask: number } satisfies PrimaryLine)}\n`)
          }).then(() => waiting.delete(number))
        })
      ),
    stop() {
      unlisten()
      forget?.()
      server?.close()
      for (const socket of peers.keys()) socket.destroy()
      if (server) rmSync(folder, { recursive: true, force: true })
    }
  }
}
