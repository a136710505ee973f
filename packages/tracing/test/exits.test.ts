// The end of a process: every span arrives at a healthy collector, and no broken one holds the process for long.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../../scripts/test-support.js'
import { type Collector, startOtlpCollector } from './backends/collector.js'
import { FAULTS, startFaultyCollector } from './backends/faults.js'
import { decodeProtobuf, spansOf } from './backends/otlp.js'
import { type Bundle, bundle, run } from './support.js'

let program: Bundle
let collector: Collector | undefined
beforeAll(async () => {
  program = await bundle('./fixtures/spans.ts')
})
afterAll(() => program.remove())
afterEach(async () => {
  await collector?.close()
  collector = undefined
})

const start = (ending: string, url: string) => run([program.path, ending], { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url })
const arrived = () => new Set(collector!.bodies.flatMap((body) => spansOf(decodeProtobuf(body))).map(({ spanId }) => spanId)).size

describe('50 of 50 spans arrive', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('at %s, which still ends the process', async (signal) => {
    collector = await startOtlpCollector()
    const child = start('signal', collector.url)
    await child.says('ready')
    child.process.kill(signal)
    expect(await child.ended).toMatchObject({ signal })
    expect(arrived()).toBe(50)
  })

  it.each([
    ['exit', 3],
    ['throw', 1],
    ['reject', 1],
    ['return', 0],
    ['shutdown and exit', 0]
  ])('when the process ends by %s, with its own exit code', async (ending, code) => {
    collector = await startOtlpCollector()
    expect(await start(ending, collector.url).ended).toMatchObject({ code })
    expect(arrived()).toBe(50)
  })

  it('when the application listens to the signal itself and exits', async () => {
    collector = await startOtlpCollector()
    const child = start('listens', collector.url)
    await child.says('ready')
    child.process.kill('SIGTERM')
    expect(await child.ended).toMatchObject({ code: 7 })
    expect(arrived()).toBe(50)
  })
})

it('a terminal that is closed ends no process that prints its traces there', async () => {
  const child = run([program.path, 'signal'], { OTEL_TRACES_EXPORTER: 'console' })
  await child.says('ready')
  child.process.stdout!.destroy()
  await new Promise((resolve) => setTimeout(resolve, 1500))
  child.process.kill('SIGTERM')
  expect(await child.ended).toMatchObject({ signal: 'SIGTERM' })
})

describe.concurrent('SIGTERM ends the process within 3 s when the collector', () => {
  it.each([...FAULTS, 'down'] as const)('is %s', async (fault) => {
    const faulty = fault === 'down' ? undefined : await startFaultyCollector(fault)
    const child = start('signal', faulty?.url ?? `http://127.0.0.1:${await freePort()}/v1/traces`)
    await child.says('ready')
    const sent = performance.now()
    child.process.kill('SIGTERM')
    expect(await child.ended).toMatchObject({ signal: 'SIGTERM' })
    expect(performance.now() - sent).toBeLessThan(3000)
    await faulty?.close()
  })
})
