// A cluster worker's end: tells the primary what is new when asked, by the clock, and at the end.
import { lstatSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { type AdminOptions, onExit } from '@rag/core'
import type { Frames } from './frame.js'
import { MAX_LINE, readLines } from './lines.js'
import { addressOf, folderOf, type PrimaryLine, type WorkerLine } from './process-link.js'

export interface WorkerEnd {
  /** Asks the primary to open its admin listener; undefined when there is no primary of this service. Rejects when it refuses. */
  admin(options: AdminOptions): Promise<string | undefined>
  /** Whether the primary listens. */
  isHeard(): boolean
  stop(): void
}

const RETRY_MS = 200
const MAX_RETRY_MS = 30_000
const ADMIN_MS = 2000

export function tellPrimary(service: string, frames: Frames, everyMs: number): WorkerEnd {
  const folder = folderOf(process.ppid, service)
  let socket: Socket | undefined
  let retry: NodeJS.Timeout | undefined
  let wait = RETRY_MS
  let stopped = false
  /** Who waits for the admin listener of the primary. */
  let wishes: { options: AdminOptions; answer(line: PrimaryLine): void }[] = []

  const write = (line: WorkerLine) => void socket?.write(`${JSON.stringify(line)}\n`)
  const tell = (answers?: number) => {
    // What the primary has not read yet is enough for it; the next frame carries what this one would have.
    if (!socket || socket.destroyed || socket.connecting || socket.writableLength > MAX_LINE) return
    const frame = frames.next()
    if (frame.metrics.length > 0 || frame.full || answers !== undefined) write(answers === undefined ? frame : { ...frame, answers })
  }
  const read = (text: string) => {
    const line = JSON.parse(text) as PrimaryLine
    if ('ask' in line) return tell(line.ask)
    for (const { answer } of wishes) answer(line)
    wishes = []
  }
  const open = () => {
    if (stopped) return
    if (!isOwn(folder)) return again()
    socket = connect(addressOf(folder))
    socket.unref()
    socket.on('connect', () => {
      wait = RETRY_MS
      frames.reset()
      tell()
      for (const { options } of wishes) write({ admin: options })
    })
    socket.on('close', again)
    readLines(socket, read)
  }
  const again = () => {
    if (stopped) return
    retry = setTimeout(open, wait).unref()
    wait = Math.min(wait * 2, MAX_RETRY_MS)
  }
  const timer = setInterval(tell, everyMs).unref()
  const forget = onExit(() => tell())
  open()
  return {
    admin: (given) =>
      new Promise((resolve, reject) => {
        const options = plainOptions(given)
        const timeout = setTimeout(() => {
          wishes = wishes.filter((wish) => wish.options !== options)
          resolve(undefined)
        }, ADMIN_MS)
        wishes.push({
          options,
          answer(line) {
            clearTimeout(timeout)
            if ('url' in line) resolve(line.url)
            else reject(new Error('refused' in line ? line.refused : 'no answer'))
          }
        })
        if (socket && !socket.connecting && !socket.destroyed) write({ admin: options })
      }),
    isHeard: () => socket !== undefined && !socket.connecting && !socket.destroyed,
    stop() {
      tell()
      stopped = true
      forget()
      clearInterval(timer)
      clearTimeout(retry)
      socket?.end()
    }
  }
}

/** Keys and certificates are text on the way to the primary. */
function plainOptions({ tls, ...rest }: AdminOptions): AdminOptions {
  if (!tls) return { ...rest }
  return { ...rest, tls: { ...tls, key: String(tls.key), cert: String(tls.cert), ...(tls.ca !== undefined && { ca: String(tls.ca) }) } }
}

/** Only a folder that this user made for itself is trusted. */
function isOwn(folder: string): boolean {
  if (process.platform === 'win32') return true
  try {
    const found = lstatSync(folder)
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0
  } catch {
    return false
  }
}
