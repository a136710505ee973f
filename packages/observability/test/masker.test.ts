// A masker of the application that always fails: nothing throws at start or in a call, and every field is replaced.
import { createCanary } from '@rag/core/test-suite'
import { afterEach, describe, expect, it } from 'vitest'
import { observability } from '../src/index.js'
import { startOtlpSink } from './otlp-sink.js'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const broken = {
  mask(): never {
    throw new Error('the masker of the application is broken')
  },
  stream(): never {
    throw new Error('so are its streams')
  },
  isSecretKey(): never {
    throw new Error('and its names')
  },
  source: {
    read(): never {
      throw new Error('and its counts')
    }
  }
}

describe('a masker that always throws', () => {
  it.each([
    ['a masker of the application', broken as never, '[masked:failure]'],
    [
      'a form of the application',
      {
        form: () => {
          throw new Error('the form is broken')
        }
      },
      '[masked:openai-key]'
    ]
  ])('%s', async (_name, mask, instead) => {
    const canary = createCanary()
    const { secrets } = canary
    const sink = await startOtlpSink()
    closing.push(sink.close)
    const logs: string[] = []
    const watch = canary.exit('logs')
    const obs = observability({
      service: 'broken',
      mask,
      logger: {
        destination: {
          write(line: string) {
            logs.push(line)
            return watch.write(line)
          }
        } as never
      },
      tracing: { exporter: 'otlp', otlp: { url: sink.url } }
    })
    closing.push(() => obs.shutdown())
    const answers = obs.metrics.defineMetric({ name: 'answers_total', kind: 'counter', help: 'Answers.', labels: { source: { max: 5 } } })
    obs.logger.info({ ...canary.fields(), error: canary.error(), count: 3 }, `asked with ${secrets.openaiKey}`)
    answers.inc({ source: secrets.githubToken })
    await obs.stage('retrieve', { topK: 3 }, async (stage) => stage.set({ note: `Bearer ${secrets.bearer}` } as never))
    await obs.flush()
    const text = await obs.metrics.text()
    canary.exit('labels').write(text)
    canary.exit('spans').write(sink.raw())
    canary.assertClean()
    expect(logs.join('')).toContain(instead)
    expect(text).toContain('answers_total{')
    expect(sink.spans.length).toBeGreaterThan(0)
  })
})
