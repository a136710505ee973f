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
    // In their order, also when the delay ends while some still wait.
    const waiting: { chunk: Buffer; due: number }[] = []
    const send = () => {
      while (waiting.length > 0 && waiting[0]!.due <= performance.now()) to.write(waiting.shift()!.chunk)
      if (waiting.length > 0) setTimeout(send, waiting[0]!.due - performance.now())
    }
    from.on('data', (chunk) => {
      if (proxy.delayMs === 0 && waiting.length === 0) return to.write(chunk)
      if (waiting.push({ chunk, due: Math.max(performance.now() + proxy.delayMs, waiting.at(-1)?.due ?? 0) }) === 1) send()
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
