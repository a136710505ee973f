// A TCP proxy of the benchmark's own that delays what passes, or cuts it off.
import { connect, createServer, type Socket } from 'node:net'

export async function startProxy(target: number) {
  const sockets = new Set<Socket>()
  let broken = false
  const proxy = {
    port: 0,
    delayMs: 0,
    cut() {
      broken = true
      for (const socket of sockets) socket.destroy()
    },
    mend() {
      broken = false
    },
    close: () => {}
  }
  const pass = (from: Socket, to: Socket) => {
    from.on('data', (chunk) => (proxy.delayMs ? setTimeout(() => to.write(chunk), proxy.delayMs) : to.write(chunk)))
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
  proxy.port = (server.address() as { port: number }).port
  proxy.close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return proxy
}
