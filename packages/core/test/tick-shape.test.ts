import { executionAsyncResource } from 'node:async_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import '../src/state.js'
import { ticks } from '../src/tick-shape.js'

const nextTick = (): Promise<object> => new Promise((resolve) => process.nextTick(() => resolve(executionAsyncResource())))

it('a tick of Node is held, so that those after a collection are of the same class and the way to make them stays short', async () => {
  await nextTick()
  expect(ticks[0]).toHaveProperty('callback')
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  setFlagsFromString('--allow-natives-syntax')
  const sameClass = new Function('one', 'other', 'return %HaveSameMap(one, other)') as (one: object, other: object) => boolean
  expect(sameClass(ticks[0]!, await nextTick())).toBe(true)
})
