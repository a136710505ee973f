import { expect, it } from 'vitest'
import { describeWith } from '../../../scripts/test-support.js'
import { resolveConfig } from '../src/index.js'
import { compareThresholds } from './anomalies.js'
import { incidents, shop } from './incidents.js'
import { ordinaryLife, plant } from './weeks.js'

// The whole weeks and all incidents are in `npm run bench -- ops-weeks`.
describeWith(['prometheus'], 'simulated life through the generated rules and routes', () => {
  it('a night and a morning with a deploy, a crash and missing scrapes page nobody', { timeout: 120_000 }, () => {
    const { notices, events, series } = ordinaryLife(480)
    expect(events).toBe(3)
    expect(series).toBeGreaterThan(200)
    expect(notices.filter(({ alert }) => /P0|P1/.test(alert['priority']!)).map(({ alert, minute }) => ({ minute, ...alert }))).toEqual([])
  })

  it('planted incidents are found, with one page group each', { timeout: 120_000 }, () => {
    const some = incidents.filter(({ what }) => /dependency|one request in twenty|waits for a model/.test(what))
    expect(some).toHaveLength(3)
    for (const { incident, found, pages } of plant(some)) {
      expect(found, incident.what).toBe(true)
      expect(pages, incident.what).toHaveLength(1)
    }
  })

  it('the dynamic threshold beats three sigma over the same weeks', { timeout: 120_000 }, () => {
    const {
      TokenUseAnomaly: dynamic,
      ThreeSigma1d: day,
      ThreeSigma1w: week
    } = compareThresholds(resolveConfig(shop), { calm: 3, spikes: 5 })
    expect(dynamic!.found).toBeGreaterThanOrEqual(4)
    expect(dynamic!.falseAlarms).toBe(0)
    for (const sigma of [day!, week!]) {
      expect(dynamic!.found).toBeGreaterThan(sigma.found)
      expect(dynamic!.falseAlarms).toBeLessThanOrEqual(sigma.falseAlarms)
    }
  })
})
