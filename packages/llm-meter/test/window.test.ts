// The windows of budgets: by the clock of their time zone, without a gap and without an overlap.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { windowReader } from '../src/budget/window.js'

const at = (text: string) => Date.parse(text)

it.each([
  ['1m', undefined, '2026-03-10T12:34:56Z', '2026-03-10T12:34:00Z', '2026-03-10T12:35:00Z'],
  ['1h', undefined, '2026-03-10T12:34:56Z', '2026-03-10T12:00:00Z', '2026-03-10T13:00:00Z'],
  ['1d', undefined, '2026-03-10T12:34:56Z', '2026-03-10T00:00:00Z', '2026-03-11T00:00:00Z'],
  ['1d', 'Asia/Kolkata', '2026-03-10T12:34:56Z', '2026-03-09T18:30:00Z', '2026-03-10T18:30:00Z'],
  // The clocks go forward and back: such days have 23 and 25 hours.
  ['1d', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
  ['1d', 'Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
  // Where the clocks go forward at midnight the day begins at one.
  ['1d', 'America/Havana', '2026-03-08T12:00:00Z', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z'],
  ['1d', 'Africa/Cairo', '2026-04-24T12:00:00Z', '2026-04-23T22:00:00Z', '2026-04-24T21:00:00Z'],
  ['7d', undefined, '2026-11-25T12:00:00Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
  ['1mo', undefined, '2024-02-29T23:59:59Z', '2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z'],
  ['1mo', 'America/New_York', '2026-01-01T03:00:00Z', '2025-12-01T05:00:00Z', '2026-01-01T05:00:00Z'],
  ['1mo', 'Pacific/Auckland', '2026-12-31T12:00:00Z', '2026-12-31T11:00:00Z', '2027-01-31T11:00:00Z']
] as const)('%s in %s', (window, timeZone, now, start, end) => {
  expect(windowReader(window, timeZone)(at(now))).toEqual({ start: at(start), end: at(end) })
})

it('follows on itself through all the days of a year where clocks change at midnight', () => {
  for (const zone of ['America/Havana', 'America/Santiago', 'Africa/Cairo', 'Asia/Beirut', 'Atlantic/Azores', 'America/Scoresbysund']) {
    const read = windowReader('1d', zone)
    let { start, end } = read(at('2026-01-01'))
    for (let day = 0; day < 366; day++) {
      const next = read(end)
      expect([zone, next.start]).toEqual([zone, end])
      expect(next.end).toBeGreaterThan(end)
      ;({ start, end } = next)
    }
    expect(start).toBeGreaterThan(at('2026-12-31'))
  }
})

it('every instant is in exactly one window, and the next begins where it ends', () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia', 'America/St_Johns']
  fc.assert(
    fc.property(
      fc.constantFrom('1m', '15m', '1h', '1d', '7d', '1mo'),
      fc.constantFrom(...zones),
      fc.integer({ min: at('2020-01-01'), max: at('2035-01-01') }),
      (window, zone, now) => {
        const read = windowReader(window as '1d', zone)
        const { start, end } = read(now)
        expect(start <= now && now < end).toBe(true)
        expect(read(start)).toEqual({ start, end })
        expect(read(end - 1)).toEqual({ start, end })
        expect(read(end).start).toBe(end)
      }
    ),
    { numRuns: 2000 }
  )
})
