// A Redis of the benchmark's own on a free loopback port.
import { type ChildProcess, spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'

export async function startRedis(given?: number): Promise<{ port: number; process: ChildProcess }> {
  const port = given ?? (await freePort())
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore'
  })
  for (let attempt = 0; attempt < 200; attempt++) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (up) return { port, process: child }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('redis-server did not start; is it installed?')
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
