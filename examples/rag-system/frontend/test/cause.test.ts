// The span that is named as the cause of a slow answer.
import { expect, it } from 'vitest'

const { causeOf } = (await import(new URL('../public/cause.js', import.meta.url).href)) as {
  causeOf(spans: readonly object[]): { span: { spanId: string }; ms: number } | undefined
}

const span = (spanId: string, parentSpanId: string | undefined, start: number, durationMs: number) => ({
  spanId,
  parentSpanId,
  startTime: new Date(1_700_000_000_000 + start).toISOString(),
  durationMs
})

it('is the one that was at work alone for longest, not the one around it', () => {
  const spans = [span('ask', undefined, 0, 1000), span('retrieve', 'ask', 100, 800), span('select', 'retrieve', 110, 780)]
  expect(causeOf(spans)).toMatchObject({ span: { spanId: 'select' }, ms: 780 })
})

it('counts work below a call that ended with the head of its reply', () => {
  const spans = [
    span('ask', undefined, 0, 1000),
    span('call', 'ask', 10, 50),
    span('answers', 'call', 20, 970),
    span('chat', 'answers', 30, 950)
  ]
  expect(causeOf(spans)).toMatchObject({ span: { spanId: 'chat' } })
})

it('takes two that run at once for what they took together', () => {
  const spans = [span('retrieve', undefined, 0, 500), span('near', 'retrieve', 0, 300), span('worded', 'retrieve', 0, 300)]
  expect(causeOf(spans)?.ms).toBe(300)
})

it('is nothing without spans', () => {
  expect(causeOf([])).toBeUndefined()
})
