// Metrics that do nothing, of the same type: what `metrics: false` means.
import { type OwnRegistry, ownRegistry } from './registry/own.js'
import type { Metrics } from './types.js'

/** Metrics that record nothing and never listen; every call is allowed. */
export function noopMetrics(): Metrics<OwnRegistry> {
  const nothing = () => {}
  const handle = { inc: nothing, set: nothing, observe: nothing }
  return {
    registry: ownRegistry(async () => ''),
    observer: { id: 'metrics', service: 'none' },
    text: async () => '',
    page: () => ({ body: '' }),
    defineMetric: () => ({ ...handle, with: () => handle }) as never,
    defineTop: () => ({ add: nothing }),
    definitions: () => [],
    admin: async () => ({ url: '', close: async () => {} }),
    feedback: nothing,
    flag: nothing,
    release: nothing,
    evaluation: nothing,
    fingerprint: () => '',
    pool: () => nothing,
    collect: () => ({ run: async () => {}, stop: nothing }),
    pushGateway: () => ({ push: async () => true, remove: async () => true }),
    flush: async () => {},
    account: () => ({ recorded: 0, exported: 0, dropped: 0, queued: 0 }),
    shutdown: async () => {}
  }
}
