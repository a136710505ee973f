// Free ports of the loopback interface.
import { createServer, type Server } from 'node:net'

/** Below the ports that a system hands out to outgoing connections: one of those could be taken before the service listens. */
const [LOWEST, HIGHEST] = [10_000, 32_000]
const TRIES = 200

/** All are held until all are known, so that no two are the same. @throws Error when there are none. */
export async function freePorts(count: number): Promise<number[]> {
  const held: { port: number; server: Server }[] = []
  for (let tries = 0; held.length < count && tries < count + TRIES; tries++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
    const server = await listening(port)
    if (server) held.push({ port, server })
  }
  await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))))
  if (held.length < count) throw new Error(`there are no ${count} free ports from ${LOWEST} to ${HIGHEST}`)
  return held.map(({ port }) => port)
}

function listening(port: number): Promise<Server | undefined> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
