// Fastify: a hook that refuses callers whose budgets are exhausted. Register it after `identify()` has said who calls.
import { refuseOverQuota } from './quota.js'
import type { Meter } from './types.js'

/** @example app.register(quota(meter)) */
export const quota = (meter: Pick<Meter, 'quota'>) => Object.assign(plugin(meter), { [Symbol.for('skip-override')]: true })

type Hooked = { addHook(name: 'preHandler', hook: (request: never, reply: { raw: never; hijack(): unknown }) => Promise<void>): unknown }
const plugin = (meter: Pick<Meter, 'quota'>) => (instance: object, _options: unknown, done: (error?: Error) => void) => {
  ;(instance as Hooked).addHook('preHandler', async (_request, reply) => void ((await refuseOverQuota(meter, reply.raw)) && reply.hijack()))
  done()
}
