// A TCP proxy that delays what passes, or cuts it off.
import { connect, createServer, type Socket } from 'node:net'

export interface Proxy {
  readonly port: number
  /** Milliseconds that each chunk waits, each way. */
  delayMs: number
  /** Ends all connections and refuses new ones until {@link Proxy.mend}. */
  cut(): void
  mend(): void
  close(): Promise<void>
}

export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let broken = false
  const proxy = { delayMs: 0 }
  const pass = (from: Socket, to: Socket) => {
    from.on('data', (chunk) => {
      if (proxy.delayMs === 0) to.write(chunk)
      else setTimeout(() => to.write(chunk), proxy.delayMs)
    })
    from.on('error', () => to.destroy())
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
    sockets.add(from)
  }
  const server = createServer((client) => {
    if (broken) return client.destroy()
    const upstream = connect(target, '127.0.0.1')
    pass(client, upstream)
    pass(upstream, client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(proxy, {
    port: (server.address() as { port: number }).port,
    cut() {
      broken = true
      for (const socket of sockets) socket.destroy()
    },
    mend() {
      broken = false
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    }
  })
}
