// Two processes: one load of a cold key, and how soon an invalidation is seen.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createCache } from '@rag/cache'
import { Redis } from 'ioredis'
import { median } from '../statistics.js'
import { round2 } from './settings.js'

const ask = <T>(child: ChildProcess, question: object | undefined, key: string): Promise<T> =>
  new Promise((resolve) => {
    const listen = (answer: Record<string, unknown>) => {
      if (!(key in answer)) return
      child.off('message', listen)
      resolve(answer as T)
    }
    child.on('message', listen)
    if (question) child.send(question)
  })

export async function processes(port: number) {
  const script = fileURLToPath(new URL('./process.ts', import.meta.url))
  const children = [0, 1].map(() => fork(script, [String(port)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }))
  await Promise.all(children.map((child) => ask(child, undefined, 'ready')))
  const loads: number[] = []
  const slowest: number[] = []
  for (let key = 0; key < 6; key++) {
    const question = { cold: `cold:${key}`, at: Date.now() + 50 }
    const answers = await Promise.all(children.map((child) => ask<{ loads: number; ms: number }>(child, question, 'loads')))
    loads.push(answers.reduce((sum, answer) => sum + answer.loads, 0))
    slowest.push(Math.max(...answers.map(({ ms }) => ms)))
  }
  const redis = new Redis(port)
  const writer = createCache({ name: 'processes', ttl: '1m', redis, bus: true })
  const seen: number[] = []
  let still = 0
  for (let round = 0; round < 20; round++) {
    const key = `held:${round}`
    await writer.set(key, 'old', { tags: [key] })
    await Promise.all(children.map((child) => ask(child, { hold: key }, 'held')))
    const gone = children.map((child) => ask<{ goneAt: number; still: boolean }>(child, undefined, 'goneAt'))
    const start = Number(process.hrtime.bigint()) / 1e6
    await writer.invalidate({ tags: [key] })
    for (const answer of await Promise.all(gone)) {
      seen.push(answer.goneAt - start)
      if (answer.still) still++
    }
  }
  await writer.close()
  redis.disconnect()
  for (const child of children) child.disconnect()
  return {
    loadsOfSixColdKeys: loads,
    slowestCallerMs: Math.round(Math.max(...slowest)),
    loaderMs: 200,
    invalidation: { medianMs: round2(median(seen)), maxMs: round2(Math.max(...seen)), seen: seen.length, stillServed: still }
  }
}
