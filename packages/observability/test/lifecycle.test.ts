// How the SDK ends: accounts that add up, signals, and processes that nothing holds.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Account } from '@rag/core'
import { verifyAuditLog } from '@rag/logger'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { freePort } from '../../../scripts/test-support.js'
import { observability } from '../src/index.js'
import { frameworks, mountsOf } from './apps.js'
import { startOtlpSink } from './otlp-sink.js'
import { type Child, createMemory, request, samples, startFixture, until } from './support.js'
import { watch } from './watch.js'

const express = frameworks[1]!
/** A collector that takes its time. */
async function slowSink(ms: number): Promise<{ sink: string; close(): Promise<unknown> }> {
  const server = createServer((incoming, response) => {
    incoming.resume().on('end', () => setTimeout(() => response.writeHead(200).end(), ms))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { sink: `http://127.0.0.1:${port}`, close: () => new Promise((resolve) => server.close(resolve)) }
}

const sum = ({ exported, dropped, queued }: Account) => exported + dropped + queued

describe('shutdown', () => {
  afterEach(() => void vi.useRealTimers())

  it('and flush end within the deadline under fake timers too, with the collector down', async () => {
    vi.useFakeTimers()
    const tracing = { otlp: { url: `http://127.0.0.1:${await freePort()}` } }
    const obs = observability({ service: 'a', logger: { destination: createMemory() }, tracing, deadline: 200 })
    obs.stage('step', () => 1)
    await obs.flush()
    const { traces } = await obs.shutdown()
    expect(traces).toMatchObject({ recorded: 1, exported: 0 })
    expect(sum(traces)).toBe(1)
  })

  it('takes a deadline longer than a timer does as long, not as none', async () => {
    const { sink, close } = await slowSink(300)
    const obs = observability({
      service: 'a',
      logger: { destination: createMemory() },
      tracing: { otlp: { url: sink } },
      deadline: '100d'
    })
    obs.stage('step', () => 1)
    expect((await obs.shutdown()).traces).toEqual({ recorded: 1, exported: 1, dropped: 0, queued: 0 })
    await close()
  })

  it('accounts for every record of every signal, as /metrics did before', async () => {
    const { obs, memory, sink, scrape, settled } = await watch()
    const app = await express.start(mountsOf(obs))
    for (const path of ['/users/1', '/throw/1', '/nope']) await request(app.port, path)
    obs.logger.info('one line more')
    await obs.stage('retrieve', async () => {})
    await settled(3)
    const page = await scrape()
    const { logs, metrics, traces } = await obs.shutdown()
    expect(logs).toEqual({ recorded: 4, exported: 4, dropped: 0, queued: 0 })
    expect(memory.text).toHaveLength(4)
    expect(traces).toEqual({ recorded: 4, exported: 4, dropped: 0, queued: 0 })
    expect(sink.spans).toHaveLength(4)
    expect(metrics.recorded).toBeGreaterThan(0)
    expect(sum(metrics)).toBe(metrics.recorded)
    for (const state of ['recorded', 'exported']) {
      const shown = samples(page, `rag_telemetry_${state}_total`)
      expect([shown.get('signal="logs"'), shown.get('signal="traces"')]).toEqual([4, 4])
    }
    await app.close()
    await sink.close()
  })

  it('drops and counts within its deadline what a silent collector and a full stream do not take', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const obs = observability({
      service: 'under-test',
      deadline: '150ms',
      logger: {
        destination: {
          write() {
            throw new Error('full')
          }
        }
      },
      tracing: { otlp: { url: `http://127.0.0.1:${(silent.address() as AddressInfo).port}/v1/traces` } }
    })
    obs.logger.warn('lost')
    await obs.stage('retrieve', async () => {})
    const start = performance.now()
    const { logs, traces } = await obs.shutdown()
    expect(performance.now() - start).toBeLessThan(1000)
    expect(logs).toEqual({ recorded: 1, exported: 0, dropped: 1, queued: 0 })
    expect(traces).toEqual({ recorded: 1, exported: 0, dropped: 1, queued: 0 })
    silent.close()
    silent.closeAllConnections()
  })

  it('gives the same answer twice and leaves the application running', async () => {
    const { obs, sink } = await watch()
    const app = await express.start(mountsOf(obs))
    const [first, second] = await Promise.all([obs.shutdown(), obs.shutdown()])
    expect(second).toBe(first)
    expect(await obs.shutdown()).toBe(first)
    expect(await request(app.port, '/users/1')).toMatchObject({ status: 200, body: '{"id":"1"}' })
    await app.close()
    await sink.close()
  })

  it('closes the audit log of the whole with its last head; its figures were in /metrics and its records masked', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rag-whole-audit-'))
    const [file, key] = [join(folder, 'audit.log'), 'k'.repeat(32)]
    const { obs, sink, scrape } = await watch()
    const audit = obs.audit({ file, key })
    const anchor = await audit.append({ who: 'user-7', what: 'document.delete', why: 'Authorization: Bearer abcdefghijklmnop1234567890' })
    const shown = samples(await scrape(), 'rag_audit_records_total')
    expect([...shown.entries()]).toEqual([['log="audit.log"', 1]])
    await obs.shutdown()
    // The opening, the record, the last head.
    expect(await verifyAuditLog({ file, key, anchor })).toMatchObject({ ok: true, records: 3 })
    expect(readFileSync(file, 'utf8')).not.toContain('abcdefghijklmnop1234567890')
    await expect(audit.append({ who: 'user-7', what: 'late' })).rejects.toThrow('RAG_LOGGER_AUDIT_WRITE')
    await sink.close()
    rmSync(folder, { recursive: true })
  })

  it('flushes without closing', async () => {
    const { obs, sink, memory, stop } = await watch()
    for (const round of [1, 2]) {
      await obs.stage('retrieve', async () => obs.logger.info('found'))
      await obs.flush()
      expect([sink.spans.length, memory.text.length]).toEqual([round, round])
    }
    await stop()
  })

  it('takes its signal listeners off again with the last instance', async () => {
    const before = process.listenerCount('SIGTERM')
    const [first, second] = [1, 2].map(() => observability({ service: 'a', logger: { destination: createMemory() }, tracing: false }))
    expect(process.listenerCount('SIGTERM')).toBe(before + 1)
    await first!.shutdown()
    expect(process.listenerCount('SIGTERM')).toBe(before + 1)
    await second!.shutdown()
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })
})

describe('a process', () => {
  const children: Child[] = []
  afterEach(() => {
    for (const child of children.splice(0)) child.process.kill('SIGKILL')
  })
  async function ready(ending: string, endpoint: string): Promise<Child & { said(): string }> {
    const child = startFixture('host.ts', ['on', ending], { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, DEADLINE: '400ms' })
    children.push(child)
    let said = ''
    child.process.stderr!.on('data', (data) => (said += data))
    await until(() => said.includes('HOST ready'), 'the service to be ready', 10_000)
    return { ...child, said: () => said }
  }
  const endpointOf = (url: string) => url.replace('/v1/traces', '')

  it.each(['SIGTERM', 'SIGINT'] as const)('that does not listen flushes on %s and ends by it', async (signal) => {
    const sink = await startOtlpSink()
    const child = await ready('wait', endpointOf(sink.url))
    child.process.kill(signal)
    expect(await child.ended).toMatchObject({ code: null, signal })
    expect(sink.servers().map(({ name }) => name)).toEqual(['GET /users/:id', 'GET /throw', 'GET unmatched'])
    expect(child.stdout().trim().split('\n')).toHaveLength(3)
    await sink.close()
  })

  it('ends by the signal within the deadline when the collector is silent', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const child = await ready('wait', `http://127.0.0.1:${(silent.address() as AddressInfo).port}`)
    const start = performance.now()
    child.process.kill('SIGTERM')
    expect(await child.ended).toMatchObject({ code: null, signal: 'SIGTERM' })
    expect(performance.now() - start).toBeLessThan(2500)
    silent.close()
    silent.closeAllConnections()
  })

  it('that listens decides itself: nothing ends before it does, and its exit loses nothing', async () => {
    const sink = await startOtlpSink()
    const child = await ready('listens', endpointOf(sink.url))
    child.process.kill('SIGTERM')
    expect(await child.ended).toMatchObject({ code: 7, signal: null })
    // Raised again, the signal would come a second time.
    expect(child.said().match(/HOST mine/g)).toHaveLength(1)
    expect(sink.servers()).toHaveLength(3)
    expect(child.stdout().trim().split('\n')).toHaveLength(3)
    await sink.close()
  })

  it('that listens and calls shutdown() ends by itself with everything sent', async () => {
    const sink = await startOtlpSink()
    const child = await ready('closes', endpointOf(sink.url))
    child.process.kill('SIGTERM')
    expect(await child.ended).toMatchObject({ code: 0, signal: null })
    const accounts = JSON.parse(/HOST (\{.*\})/.exec(child.said())![1]!) as Record<'logs' | 'traces', Account>
    expect(accounts).toMatchObject({ logs: { recorded: 3, exported: 3 }, traces: { recorded: 3, exported: 3 } })
    expect(sink.servers()).toHaveLength(3)
    await sink.close()
  })

  it('with the SDK loaded and nothing open ends by itself, also beside the admin listener', async () => {
    const { code, signal, stdout } = await startFixture('idle.ts', [], {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`
    }).ended
    expect({ code, signal }).toEqual({ code: 0, signal: null })
    expect(JSON.parse(stdout)).toMatchObject({ msg: 'started', service: 'idle' })
  })

  it('that an unhandled rejection ends sends what it still holds', async () => {
    const sink = await startOtlpSink()
    const ended = await startFixture('host.ts', ['on', 'reject'], { OTEL_EXPORTER_OTLP_ENDPOINT: endpointOf(sink.url) }).ended
    expect(ended).toMatchObject({ code: 1, signal: null })
    expect(ended.stdout.trim().split('\n')).toHaveLength(3)
    await until(() => sink.servers().length === 3, 'the spans')
    await sink.close()
  })
})
