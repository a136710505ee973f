// Whatever breaks inside the SDK or behind it, the application answers and ends as it would without.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { createMasker, type Masker, type Observer } from '@rag/core'
import { observeExpress } from '@rag/core/express'
import { observeFastify } from '@rag/core/fastify'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../../scripts/test-support.js'
import { type ObservabilityOptions, observability } from '../src/index.js'
import { type Framework, frameworks, type Mounts, mountsOf } from './apps.js'
import { createMemory, exchange, request, samples, startFixture, until } from './support.js'

const fail = (): never => {
  throw new Error('inside the SDK')
}
const brokenObserver: Observer = { id: 'broken', service: 'under-test', span: fail, end: fail, source: fail }
/** A masker of the application that fails once there are requests. */
const failAtPaths = <T>(value: T): T => (JSON.stringify(value)?.includes('/') ? fail() : value)
const PATHS = ['/users/7', '/lib/7/books/9', '/throw/1', '/reject/1', '/nope', '/stream/1', '/users/%zz']

/** What a client sees of the application. */
async function replies(start: Framework['start'], mounts: Mounts): Promise<unknown[]> {
  const app = await start(mounts)
  try {
    const seen: unknown[] = []
    for (const path of PATHS) {
      const { status, body, headers } = await request(app.port, path)
      seen.push({ path, status, body, type: headers['content-type'] })
    }
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":[1,2]}' }
    seen.push((await request(app.port, '/echo', json)).body)
    seen.push((await exchange(app.port, 'BAD\r\n\r\n')).split('\r\n')[0])
    return seen
  } finally {
    await app.close()
  }
}

/** A stream that fails as a pipe does whose reader is gone. */
function brokenPipe(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })) })
}

const silent = { destination: createMemory() }
const broken: Record<string, () => Partial<ObservabilityOptions>> = {
  'a destination that throws': () => ({ logger: { destination: { write: fail } } }),
  'a destination whose reader is gone': () => ({ logger: { destination: brokenPipe() } }),
  'an exporter that throws': () => ({ tracing: { exporter: { export: fail, shutdown: fail, forceFlush: fail } } }),
  'a sampler that throws': () => ({ tracing: { exporter: [], sampler: { shouldSample: fail, toString: () => 'broken' } } }),
  'a masker that throws': () => ({ mask: { ...createMasker(), mask: failAtPaths } as Masker }),
  'a log serializer that throws': () => ({ logger: { ...silent, serializers: { url: fail, error: fail } } })
}

for (const { name, start } of frameworks) {
  describe(name, () => {
    const bare = replies(start, { express: [], fastify: [] })

    it.each(Object.entries(broken))('answers the same with %s', async (_name, make) => {
      const obs = observability({
        service: 'under-test',
        deadline: '100ms',
        logger: silent,
        ...make(),
        tracing: { exporter: [], ...(make().tracing || {}) }
      })
      expect(await replies(start, mountsOf(obs))).toEqual(await bare)
      expect(() => obs.logger.error({ url: '/a', error: new Error('said') }, 'a line of the application')).not.toThrow()
      await obs.shutdown()
    })

    it('answers the same with an observer that throws, and counts what it lost', async () => {
      const memory = createMemory()
      const obs = observability({ service: 'under-test', logger: { destination: memory }, tracing: { exporter: [] } })
      const { express, fastify } = mountsOf(obs)
      const list = [brokenObserver]
      const mounts = { express: [observeExpress(list), ...express], fastify: [observeFastify(list), ...fastify] }
      const before = samples(await obs.metrics.text(), 'rag_observer_failures_total').get('observer="broken"') ?? 0
      expect(await replies(start, mounts)).toEqual(await bare)
      const requests = PATHS.length + 2
      await until(async () => memory.requests().length === requests, `${requests} lines`)
      // Each request lost a span and a record of that observer; a refused request never asks for its span.
      const after = samples(await obs.metrics.text(), 'rag_observer_failures_total').get('observer="broken"')!
      expect(after - before).toBeGreaterThanOrEqual(requests)
      await obs.shutdown()
    })

    it.each(['nothing listens', 'it answers 500', 'it answers nonsense'])('answers the same when of the collector %s', async (how) => {
      const sink = createServer((incoming, response) => {
        incoming.resume()
        if (how === 'it answers 500') response.writeHead(500).end('no')
        else incoming.socket.end('nonsense\r\n\r\n')
      })
      await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
      const port = how === 'nothing listens' ? await freePort() : (sink.address() as AddressInfo).port
      const tracing = { exporter: 'otlp', otlp: { url: `http://127.0.0.1:${port}/v1/traces` }, queue: { delay: 1 } } as const
      const obs = observability({ service: 'under-test', deadline: '100ms', logger: silent, tracing })
      expect(await replies(start, mountsOf(obs))).toEqual(await bare)
      const { traces } = await obs.shutdown()
      expect(traces).toEqual({ recorded: PATHS.length + 2, exported: 0, dropped: PATHS.length + 2, queued: 0 })
      sink.close()
      sink.closeAllConnections()
    })
  })
}

describe('a process', () => {
  /** Ends a service in this way, with no collector; its stdout may have lost its reader. */
  async function end(sdk: string, ending: string, reader: boolean) {
    const child = startFixture('host.ts', [sdk, ending], { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` })
    if (!reader) child.process.stdout!.destroy()
    const { code, signal, stderr } = await child.ended
    return { code, signal, replies: /^HOST (.*)$/m.exec(stderr)?.[1] }
  }

  it.each([
    ['returns', 'return', 0],
    ['calls process.exit', 'exit', 3],
    ['leaves a rejection unhandled', 'reject', 1]
  ])('that %s ends the same with the SDK off and with everything broken', async (_name, ending, code) => {
    const [off, all] = await Promise.all([end('off', ending, true), end('broken', ending, false)])
    expect(off).toEqual({
      code,
      signal: null,
      replies: '[[200,"{\\"id\\":\\"7\\"}"],[500,"failed"],[404,' + off.replies!.split('[404,')[1]
    })
    expect(all).toEqual(off)
  })
})
