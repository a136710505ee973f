// How long something stale is served after the bus was away.
import { type Cache, createCache } from '@rag/cache'
import { Redis } from 'ioredis'
import { startProxy } from '../../packages/cache/test/proxy.js'
import { pause } from './settings.js'

/** A bus that is cut off for three seconds while another process changes a key. */
export async function busOutage(port: number) {
  const freshAfterMs: number[] = []
  for (let round = 0; round < 3; round++) {
    const proxy = await startProxy(port)
    const clients = [new Redis(proxy.port), new Redis(port)]
    for (const client of clients) client.on('error', () => {})
    const [behind, writer] = clients.map((redis) => createCache({ name: `outage${round}`, ttl: '1m', redis, bus: true })) as [Cache, Cache]
    await writer.set('key', 'old')
    while ((await behind.getEntry('key'))?.layer !== 'memory') await pause(5)
    proxy.cut()
    await writer.set('key', 'new')
    await pause(3000)
    if ((await behind.get('key')) === 'new') throw new Error('invalid: the change was heard during the outage')
    proxy.mend()
    const mended = performance.now()
    while ((await behind.get('key')) !== 'new') await pause(2)
    freshAfterMs.push(performance.now() - mended)
    await behind.close()
    await writer.close()
    for (const client of clients) client.disconnect()
    proxy.close()
  }
  return { freshAfterMs: freshAfterMs.map(Math.round) }
}
