// Provider × call × ending: the vendors' own clients against wire-level stubs, in ESM and CJS; the application sees what the bare client shows.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENDINGS, expectedOf, filled } from './matrix/cells.js'
import { rows } from './matrix/rows.js'
import { FORMATS, runCell, startStubs } from './matrix/run.js'
import type { Wire } from './wire/server.js'

let stubs: Record<string, Wire>
beforeAll(async () => {
  stubs = await startStubs()
})
afterAll(() => Promise.all(Object.values(stubs).map((stub) => stub.close())))

const PRICES: Record<string, readonly [input: number, cacheRead: number, write: number, write1h: number, output: number]> = {
  'gpt-5-mini': [0.25, 0.025, 0, 0, 2],
  'text-embedding-3-small': [0.02, 0, 0, 0, 0],
  'claude-sonnet-5': [3, 0.3, 3.75, 6, 15],
  'gemini-2.5-flash': [0.3, 0.03, 0, 0, 2.5]
}

for (const row of rows)
  describe(`${row.provider}, ${row.call} (wire-level stub)`, () => {
    for (const ending of ENDINGS) {
      if (row.cannot?.[ending]) continue
      it.concurrent(`${ending}: one record, and the application sees what the bare client shows`, async () => {
        const variants = Object.entries(row.clients).flatMap(([name, client]) => FORMATS.map((format) => ({ name, client, format })))
        await Promise.all(
          variants.map(async ({ name, client, format }) => {
            const { bare, metered, faulty, records } = await runCell(row, ending, client, format, stubs[row.wire]!)
            const title = `${name} ${format}`
            expect({ title, ...metered }).toStrictEqual({ title, ...bare })
            expect({ title, ...faulty }).toStrictEqual({ title, ...bare })
            const { usage, ...expected } = expectedOf(row, ending)
            expect({ title, records: records.length }).toEqual({ title, records: 1 })
            const record = records[0]!
            const wanted = {
              title,
              ...expected,
              provider: row.recordedAs.provider,
              operation: row.recordedAs.operation,
              model: ending === 'before' ? 'missing' : row.recordedAs.model,
              stream: row.streams,
              estimated: false
            }
            expect({ title, ...pick(record, Object.keys(wanted)) }).toEqual(wanted)
            expect({ title, ...record.usage }).toEqual({ title, ...filled(usage!) })
            expect(record.durationMs).toBeGreaterThan(0)
            if (record.outcome === 'error') expect(record.errorType).toMatch(/^[\w.-]+$/)
            if (record.outcome !== 'ok') return
            expect(record.responseModel).toBe(row.recordedAs.responseModel)
            expect(record.timeToFirstTokenMs !== undefined).toBe(row.streams)
            const [input, read, write, hour, output] = PRICES[row.recordedAs.model]!
            const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0, cacheWrite1hTokens = 0 } = record.usage
            const plain = inputTokens - cacheReadTokens - cacheWriteTokens
            const cost =
              plain * input +
              cacheReadTokens * read +
              (cacheWriteTokens - cacheWrite1hTokens) * write +
              cacheWrite1hTokens * hour +
              outputTokens * output
            expect(Math.abs(record.costUsd! - cost / 1e6)).toBeLessThan(1e-12)
          })
        )
      })
    }
  })

const pick = (value: object, names: readonly string[]) => Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)))

it('the table has at least 90 cells, and a cell that cannot occur says why', () => {
  const cells = rows.flatMap((row) => ENDINGS.filter((ending) => !row.cannot?.[ending]))
  expect(cells.length).toBeGreaterThanOrEqual(90)
  for (const reason of rows.flatMap((row) => Object.values(row.cannot ?? {}))) expect(reason.length).toBeGreaterThan(10)
})
