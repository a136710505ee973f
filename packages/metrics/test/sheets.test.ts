import { createConnection, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import { newShelf, Sheets } from '../src/exposition/sheets.js'
import { createMetrics, type Metrics } from '../src/index.js'

let metrics: Metrics | undefined
afterEach(() => metrics?.shutdown())

const read = (sheets: Sheets) => {
  sheets.finish()
  return Buffer.concat(sheets.pieces).toString()
}

it('writes any texts and numbers as they are, over the ends of sheets too', () => {
  const shelf = newShelf()
  const step = fc.oneof(
    fc.record({ text: fc.string({ unit: 'grapheme', maxLength: 40 }), times: fc.constantFrom(1, 100, 9000) }),
    fc.record({ count: fc.oneof(fc.nat(), fc.maxSafeNat(), fc.double(), fc.constantFrom(0, 9, 10, 99, 100, 2 ** 53, -1)) })
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const sheets = new Sheets(shelf)
      let expected = ''
      for (const item of steps) {
        if ('text' in item) {
          const text = item.text.repeat(item.times)
          sheets.text(text)
          expected += text
        } else {
          sheets.reserve(32)
          sheets.count(item.count)
          expected += String(item.count)
        }
      }
      expect(read(sheets) === expected).toBe(true)
      shelf.give(sheets.taken)
    }),
    { numRuns: 100 }
  )
})

it('writes a label set that is longer than a sheet', async () => {
  metrics = createMetrics({ service: 'test', resources: false })
  const buckets = Array.from({ length: 200 }, (_, index) => index + 1)
  const wide = metrics.defineMetric({
    name: 'wide',
    kind: 'histogram',
    help: 'Wide.',
    labels: { a: { max: 5 }, b: { max: 5 }, c: { max: 5 } },
    buckets
  })
  const [a, b, c] = ['ü'.repeat(60), 'b'.repeat(120), 'c'.repeat(120)]
  wide.observe({ a, b, c }, 70)
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('wide'))
  expect(lines.slice(0, -3)).toEqual(
    buckets.map((bound) => `wide_bucket{a="${a}",b="${b}",c="${c}",le="${bound}.0"} ${bound < 70 ? 0 : 1}`)
  )
  expect(lines.slice(-3)).toEqual([
    `wide_bucket{a="${a}",b="${b}",c="${c}",le="+Inf"} 1`,
    `wide_sum{a="${a}",b="${b}",c="${c}"} 70`,
    `wide_count{a="${a}",b="${b}",c="${c}"} 1`
  ])
})

it('uses the memory of a page again only when its last reader is done', () => {
  const shelf = newShelf()
  const first = new Sheets(shelf)
  first.text('x'.repeat(200_000))
  const { taken } = first
  shelf.give(taken)
  const second = new Sheets(shelf)
  second.text('y'.repeat(200_000))
  expect(new Set(second.taken)).toEqual(new Set(taken))
  // No more is kept than the last page took.
  shelf.give([...second.taken])
  const small = new Sheets(shelf)
  shelf.give(small.taken)
  const third = new Sheets(shelf)
  third.text('z'.repeat(200_000))
  expect(third.taken.filter((sheet) => taken.includes(sheet))).toHaveLength(1)
})

it('leaves the page of a slow reader as it was while others scrape', async () => {
  metrics = createMetrics({ service: 'test', resources: false, limits: { series: 10_000, seriesPerMetric: 10_000 } })
  const sets = metrics.defineMetric({
    name: 'sets_seconds',
    kind: 'histogram',
    help: 'Sets.',
    unit: 'seconds',
    labels: { a: { max: 5000 } }
  })
  for (let index = 0; index < 5000; index++) sets.observe({ a: `v${index}` }, 0.01)
  const { url } = await metrics.admin({ port: 0 })
  const sumOf = (page: string) => new Set([...page.matchAll(/^sets_seconds_count\{.*\} (\d+)$/gm)].map(([, count]) => count))
  const slow = await startSlowly(`${url}/metrics`)
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < 5000; index++) sets.observe({ a: `v${index}` }, 0.01)
    expect(sumOf(await (await fetch(`${url}/metrics`)).text())).toEqual(new Set([String(round + 2)]))
  }
  expect(sumOf(await restOf(slow))).toEqual(new Set(['1']))
})

/** Asks, waits for the head, and reads no more. */
async function startSlowly(url: string): Promise<Socket> {
  const { port, hostname, pathname } = new URL(url)
  const socket = createConnection({ port: Number(port), host: hostname })
  socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n\r\n`)
  await new Promise((resolve) => socket.once('readable', resolve))
  return socket
}

/** What is left, with the marks of the chunked encoding taken out. */
async function restOf(socket: Socket): Promise<string> {
  let page = ''
  for await (const piece of socket) page += piece
  return page.replace(/\r\n(?:[0-9a-f]+\r\n)?/g, '')
}
