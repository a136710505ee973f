// However often, in whatever order and from whatever copy the middlewares are mounted: one line, one count, one span a request.
import { existsSync } from 'node:fs'
import { httpLogger } from '@rag/logger/express'
import { httpLogger as fastifyLogger } from '@rag/logger/fastify'
import { httpMetrics } from '@rag/metrics/express'
import { httpMetrics as fastifyMetrics } from '@rag/metrics/fastify'
import { httpTracing } from '@rag/tracing/express'
import { httpTracing as fastifyTracing } from '@rag/tracing/fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { frameworks, type Mounts, mountsOf } from './apps.js'
import { exchange, request, samples, startFixture } from './support.js'
import { type Watched, watch } from './watch.js'

type Piece = 'logger' | 'metrics' | 'tracing' | 'obs'
const ORDERS: readonly (readonly Piece[])[] = [
  ['logger', 'metrics', 'tracing'],
  ['tracing', 'metrics', 'logger'],
  ['metrics', 'logger', 'tracing', 'metrics', 'logger', 'tracing'],
  ['obs', 'obs'],
  ['obs', 'tracing', 'logger', 'metrics'],
  ['metrics', 'obs', 'logger', 'obs', 'tracing']
]

function mount({ obs }: Watched, pieces: readonly Piece[]): Mounts {
  const mounts = {
    logger: { express: httpLogger(obs.logger), fastify: fastifyLogger(obs.logger) },
    metrics: { express: httpMetrics(obs.metrics), fastify: fastifyMetrics(obs.metrics) },
    tracing: { express: httpTracing(obs.tracing), fastify: fastifyTracing(obs.tracing) },
    obs: { express: obs.express(), fastify: obs.fastify }
  }
  return { express: pieces.map((piece) => mounts[piece].express), fastify: pieces.map((piece) => mounts[piece].fastify) }
}

/** How many requests left on each exit, and on how many traces. */
async function counted({ memory, sink, scrape }: Watched) {
  const counts = samples(await scrape(), 'http_server_request_duration_seconds_count')
  const lines = memory.requests()
  return {
    lines: lines.length,
    values: [...counts.values()].reduce((sum, count) => sum + count, 0),
    spans: sink.servers().length,
    traces: new Set([...lines.map(({ traceId }) => traceId), ...sink.servers().map(({ traceId }) => traceId)]).size
  }
}

const all: Watched[] = []
async function watchOne(service = 'under-test'): Promise<Watched> {
  const watched = await watch({ service })
  all.push(watched)
  return watched
}
afterEach(async () => {
  for (const watched of all.splice(0)) await watched.stop()
})

for (const { name, start } of frameworks) {
  describe(name, () => {
    it.each(ORDERS.map((order) => [order.join(', '), order] as const))('records a request once with %s mounted', async (_name, order) => {
      const watched = await watchOne()
      const app = await start(mount(watched, order))
      await request(app.port, '/users/1')
      await request(app.port, '/lib/7/throw/1')
      // Refused by the parser: no middleware runs, and still all of them want it.
      await exchange(app.port, 'BAD\r\n\r\n')
      await watched.settled(3)
      expect(await counted(watched)).toEqual({ lines: 3, values: 3, spans: 3, traces: 3 })
      await app.close()
    })

    it('shows each of two applications in one process its own requests only', async () => {
      const [first, second] = [await watchOne('first'), await watchOne('second')]
      const [one, two] = [await start(mountsOf(first.obs)), await start(mountsOf(second.obs))]
      await Promise.all([request(one.port, '/users/1'), request(two.port, '/users/2'), request(two.port, '/nope')])
      await Promise.all([first.settled(1), second.settled(2)])
      expect(await counted(first)).toEqual({ lines: 1, values: 1, spans: 1, traces: 1 })
      expect(await counted(second)).toEqual({ lines: 2, values: 2, spans: 2, traces: 2 })
      expect(first.memory.requests()[0]).toMatchObject({ service: 'first', url: '/users/1' })
      await Promise.all([one.close(), two.close()])
    })
  })
}

const BUILT = ['core', 'logger', 'metrics', 'tracing', 'llm-meter', 'cache', 'observability'].every(
  (name) =>
    existsSync(new URL(`../../${name}/dist/index.js`, import.meta.url)) &&
    existsSync(new URL(`../../${name}/dist/index.cjs`, import.meta.url))
)

// Two formats exist only once built; the consumers matrix runs the same on packed tarballs.
describe.skipIf(!BUILT)('ESM and CommonJS copies in one process', () => {
  it.each(['express', 'express4', 'fastify'])('are one pass on %s', async (framework) => {
    const { code, stdout, stderr } = await startFixture('mixed.mjs', [framework]).ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { lines, spans, values, sameId } = JSON.parse(stdout)
    expect({ lines, spans, values, sameId }).toEqual({ lines: 1, spans: 1, values: 1, sameId: true })
  })
})
