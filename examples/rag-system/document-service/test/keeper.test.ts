// The index is filled at the start and whenever it may have been lost, one filling at a time, until one succeeds.
import { expect, it } from 'vitest'
import { createKeeper } from '../src/keeper.js'
import { createTurns } from '../src/turns.js'

function keeping(fill: (run: number) => Promise<void>) {
  const said: string[] = []
  const say = (_: object, message: string) => void said.push(message)
  let runs = 0
  const keeper = createKeeper({ fill: () => fill(++runs), logger: { info: say, warn: say }, pauseMs: 2 })
  return { keeper, said, runs: () => runs }
}

it('does not keep the service from starting when the database is away, and fills the index when it comes', async () => {
  let away = true
  const { keeper, said, runs } = keeping(async () => {
    if (away) throw new Error('away')
  })
  await keeper.start()
  await expect.poll(runs).toBeGreaterThan(3)
  expect(said).toEqual(['the index cannot be filled now', 'the index cannot be filled now; it is tried until it can'])
  away = false
  await expect.poll(() => said.at(-1)).toBe('the index is whole again')
  const after = runs()
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(runs()).toBe(after)
})

it('looks again when something failed in the middle of a filling, and only once for many failures', async () => {
  const gates: (() => void)[] = []
  const { keeper, runs } = keeping(() => new Promise((resolve) => gates.push(resolve)))
  keeper.check()
  await expect.poll(runs).toBe(1)
  for (let times = 0; times < 5; times++) keeper.check()
  expect(runs()).toBe(1)
  gates[0]!()
  await expect.poll(runs).toBe(2)
  gates[1]!()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(runs()).toBe(2)
  keeper.check()
  await expect.poll(runs).toBe(3)
})

it('gives each piece of work its turn, also after one that failed', async () => {
  const inTurn = createTurns()
  const seen: string[] = []
  const work = (name: string, ms: number) => async () => {
    seen.push(`${name} begins`)
    await new Promise((resolve) => setTimeout(resolve, ms))
    seen.push(`${name} ends`)
    if (name === 'a') throw new Error(name)
    return name
  }
  const [a, b] = await Promise.allSettled([inTurn(work('a', 10)), inTurn(work('b', 1))])
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
  expect([a.status, b.status]).toEqual(['rejected', 'fulfilled'])
})
