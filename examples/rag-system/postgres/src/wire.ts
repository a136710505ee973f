// Lets many clients speak to one PGlite over TCP: each has its turn, alone, for a whole group of messages and for a whole transaction.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { PGlite } from '@electric-sql/pglite'
import { groups, requestOf, WireError } from './groups.js'

interface WireOptions {
  port: number
  host?: string
  mostConnections?: number
  /** The most that one statement with its parameters may have. */
  mostBytes?: number
}

/** Listens; the port is the one that the system chose when 0 was asked for. PGlite is one session: settings, temporary tables and named statements are seen by all. */
export async function serveWire(
  database: PGlite,
  { port, host = '127.0.0.1', mostConnections = 10, mostBytes = 64 * 1024 * 1024 }: WireOptions
): Promise<{ port: number; close(): Promise<void> }> {
  const turns = makeTurns()
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket)))
    speak(socket).catch((error: unknown) => refuse(socket, error))
  })
  server.listen(port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
    }
  }

  async function speak(socket: Socket): Promise<void> {
    let open = false
    try {
      for await (const group of groups(socket.iterator({ destroyOnReturn: false }), mostBytes)) {
        const request = requestOf(group)
        if (group.last === 'X' || request === 'cancel') break
        if (request) {
          socket.write('N')
          continue
        }
        if (sockets.size > mostConnections) throw new WireError('53300', 'sorry, too many clients already')
        await turns.take(socket)
        open = group.last === 'H'
        await run(group.last === '' ? STARTUP : withoutCopy(group), (bytes) => socket.write(bytes))
        if (!open && !database.isInTransaction()) turns.give(socket)
      }
      socket.end().resume()
    } finally {
      if (turns.has(socket)) await clear(open).finally(() => turns.give(socket))
    }
  }

  /** The bytes of an answer lie in memory of the database that its next answer overwrites. */
  function run(bytes: Uint8Array, answer: (bytes: Buffer) => void): Promise<void> {
    return database.runExclusive(() => database.execProtocolRawStream(bytes, { onRawData: (data) => answer(Buffer.from(data)) }))
  }

  /** Ends what a client left in the middle of. */
  async function clear(open: boolean): Promise<void> {
    if (open) await run(message('S', ''), () => {})
    if (database.isInTransaction()) await run(message('Q', 'rollback\0'), () => {})
  }
}

/** One holder at a time; the others wait in the order in which they asked. */
function makeTurns() {
  let holder: object | undefined
  const waiting: { who: object; begin: () => void }[] = []
  return {
    has: (who: object) => holder === who,
    async take(who: object): Promise<void> {
      if (holder === who) return
      if (holder) await new Promise<void>((begin) => waiting.push({ who, begin }))
      holder = who
    },
    give(who: object): void {
      if (holder !== who) return
      const next = waiting.shift()
      holder = next?.who
      next?.begin()
    }
  }
}

/** What the client still sends is read, or it would never read the answer; not for ever. */
function refuse(socket: Socket, error: unknown): void {
  if (socket.destroyed) return
  const code = error instanceof WireError ? error.code : 'XX000'
  const words = error instanceof Error ? error.message : String(error)
  socket.end(message('E', `SFATAL\0VFATAL\0C${code}\0M${words}\0\0`))
  socket.resume()
  const limit = setTimeout(() => socket.destroy(), 2000)
  socket.on('close', () => clearTimeout(limit))
}

/** What a client asks for in its own packet, another protocol or role, would end the one session that all share. */
const STARTUP = message('', '\0\x03\0\0user\0postgres\0database\0postgres\0\0')

/** PGlite cannot wait for the rows of `copy … from stdin` and would end: so it finds that they are refused. Outside of a copy this message means nothing. */
function withoutCopy({ bytes, last }: { bytes: Buffer; last: string }): Buffer {
  const refused = message('f', 'copy from stdin is not possible here\0')
  const end = last === 'S' ? bytes.length - 5 : bytes.length
  return Buffer.concat([bytes.subarray(0, end), refused, bytes.subarray(end)])
}

function message(type: string, body: string): Buffer {
  const head = Buffer.alloc(type.length + 4)
  head.write(type)
  head.writeUInt32BE(4 + Buffer.byteLength(body), type.length)
  return Buffer.concat([head, Buffer.from(body)])
}
