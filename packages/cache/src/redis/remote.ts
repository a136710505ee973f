// The Redis side as a whole: driver, gateway, breaker and layer, wired to each other.
import type { PayloadGate } from '../codec/record.js'
import type { Remote } from '../engine.js'
import type { Settings } from '../settings.js'
import type { Figures } from '../stats.js'
import { createBreaker } from './breaker.js'
import { driverOf } from './driver.js'
import { createGateway, type Gateway } from './gateway.js'
import { createRedisLayer } from './layer.js'
import { createLocks } from './locks.js'

/** The clock of Redis drifts slowly against ours. */
const CLOCK_MS = 10_000

export interface RemoteSettings {
  settings: Settings
  gate: PayloadGate
  figures: Figures
  onEpoch(): void
  /** Redis answers again, and nobody uses it yet: true when all that waited is done. */
  onBack(via: Gateway): Promise<boolean>
}

export function createRemote(client: object, { settings, gate, figures, onEpoch, onBack }: RemoteSettings): Remote & { close(): void } {
  const driver = driverOf(client)
  const gateway = createGateway({
    cache: settings.name,
    driver,
    observers: settings.observers,
    figures,
    hardMs: settings.redisTimeout.hardMs,
    breaker: () => breaker
  })
  const layer = createRedisLayer({ name: settings.name, driver, gateway, gate, figures, onEpoch })
  const breaker = createBreaker({
    ...settings.breaker,
    probe: async () => (await layer.sync(gateway.probing)) && (await onBack(gateway.probing))
  })
  const locks = createLocks(layer.renew)
  const clock = setInterval(() => {
    if (layer.epoch !== -1 && breaker.closed()) void layer.sync()
  }, CLOCK_MS).unref()
  return {
    driver,
    gateway,
    layer,
    breaker,
    locks,
    close() {
      locks.stop()
      clearInterval(clock)
      breaker.trip()
      breaker.stop()
      driver.release()
    }
  }
}
