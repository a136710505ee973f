// A traced service under load from itself, told by its parent how many requests to send.
import { Agent, createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { observeEveryServer } from '@rag/core/every-server'
import { startTracing } from '@rag/tracing'

const CONCURRENCY = 16
const tracing = startTracing({ service: 'loaded', queue: { delay: '200ms' } })
observeEveryServer([tracing.observer])
const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY })
const server = createServer((_request, response) => response.end('ok'))
// Between two rounds the connections are idle for long.
server.keepAliveTimeout = 600_000

const heap = (): number => {
  global.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
let before: number | undefined

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  const call = () =>
    new Promise<boolean>((resolve) => {
      get({ host: '127.0.0.1', port, path: '/documents/42', agent }, (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode === 200))
      }).on('error', () => resolve(false))
    })
  process.on('message', async (requests: number) => {
    let left = requests
    let failed = 0
    // CPU, not wall time: a shared machine takes its turns.
    const start = process.cpuUsage()
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async () => {
        while (left-- > 0) if (!(await call())) failed++
      })
    )
    const { user, system } = process.cpuUsage(start)
    const used = heap()
    before ??= used
    process.send!({ cpuMs: (user + system) / 1000, failed, grownMiB: (used - before) / 2 ** 20 })
  })
  process.send!('ready')
})
