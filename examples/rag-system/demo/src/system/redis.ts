// Checks the Redis that REDIS_URL names, or finds the redis-server of this machine.
import { Redis } from 'ioredis'
import { reason } from './database.js'
import { DemoFailure } from './failure.js'
import { findOn } from './find-program.js'

/** @throws DemoFailure with the fix. */
export async function checkRedis(url: string): Promise<void> {
  const fix = 'start it, correct the URL (redis://host:6379), or unset REDIS_URL'
  if (!/^rediss?:\/\//.test(url)) throw new DemoFailure('REDIS_URL is no URL of a Redis', fix)
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 3000, maxRetriesPerRequest: 0, retryStrategy: () => null })
  let problem: unknown
  redis.on('error', (error) => {
    problem ??= error
  })
  try {
    await redis.connect()
    await redis.ping()
  } catch (error) {
    throw new DemoFailure(`REDIS_URL: no Redis answers (${reason(problem ?? error)})`, fix)
  } finally {
    redis.disconnect()
  }
}

/** Waits until a Redis that was just started answers. */
export async function awaitRedis(url: string): Promise<void> {
  const redis = new Redis(url, { retryStrategy: (times) => (times < 100 ? 30 : null) })
  redis.on('error', () => {})
  await redis.ping()
  redis.disconnect()
}

/** The redis-server on the path, if there is one. */
export function findRedisServer(path = process.env.PATH ?? ''): string | undefined {
  return findOn(path, 'redis-server')
}
