// What every Redis driver must do, as cases for any test runner.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Argument, RedisDriver } from '../redis/driver.js'

export interface ContractCase {
  readonly name: string
  run(): Promise<void>
}

/**
 * The contract of a Redis driver against a real Redis.
 *
 * @example
 * for (const { name, run } of redisDriverContract(() => driverOf(new Redis()))) test(name, run)
 */
export function redisDriverContract(make: () => RedisDriver | Promise<RedisDriver>): ContractCase[] {
  const prefix = `contract:${randomUUID()}`
  const key = (name: string) => `${prefix}:{${name}}`
  const command = (name: string, ...values: Argument[]) => ({ name, key: String(values[0]), values })
  const cases: Record<string, (driver: RedisDriver) => Promise<void>> = {
    async 'binary values come back as the same bytes'(driver) {
      const bytes = Buffer.from([0, 255, 13, 10, 128, 36, 0])
      await driver.send(command('SET', key('binary'), bytes))
      assert.deepEqual(await driver.send(command('GET', key('binary'))), bytes)
    },
    async 'what is not there is null'(driver) {
      assert.equal(await driver.send(command('GET', key('absent'))), null)
    },
    async 'many commands answer in their order'(driver) {
      const names = Array.from({ length: 50 }, (_, index) => key(`many${index}`))
      await driver.sendAll(names.map((name, index) => command('SET', name, String(index))))
      const replies = await driver.sendAll(names.map((name) => command('GET', name)))
      assert.deepEqual(
        replies.map(String),
        names.map((_, index) => String(index))
      )
    },
    async 'a failed command rejects'(driver) {
      await driver.send(command('SET', key('text'), 'text'))
      await assert.rejects(async () => driver.send(command('HGETALL', key('text'))))
      await assert.rejects(async () => driver.sendAll([command('GET', key('text')), command('HGETALL', key('text'))]))
    },
    async 'scripts reply with numbers, texts as bytes, and lists'(driver) {
      const script = "return {1, redis.call('GET', KEYS[1]), {ARGV[1]}}"
      await driver.send(command('SET', key('scripted'), 'value'))
      const reply = await driver.send({ name: 'EVAL', key: key('scripted'), values: [script, '1', key('scripted'), 'given'] })
      assert.deepEqual(reply, [1, Buffer.from('value'), [Buffer.from('given')]])
    },
    async 'an unknown script is told as NOSCRIPT'(driver) {
      const unknown = { name: 'EVALSHA', key: key('none'), values: ['0'.repeat(40), '1', key('none')] }
      await assert.rejects(async () => driver.send(unknown), /^\w*Error: NOSCRIPT|NOSCRIPT/)
    },
    async 'a scan finds what matches, wherever it lies, and nothing else'(driver) {
      const names = Array.from({ length: 120 }, (_, index) => key(`scan${index}`))
      await driver.sendAll(names.map((name) => command('SET', name, '1')))
      const found: string[] = []
      for await (const batch of driver.scan(`${prefix}:{scan*}`, 20)) found.push(...batch)
      assert.deepEqual([...new Set(found)].sort(), [...names].sort())
    },
    async 'a subscription hears each message, and none after it is stopped'(driver) {
      const channel = `${prefix}:channel`
      const heard: string[] = []
      const stop = driver.subscribe(
        channel,
        (message) => heard.push(message),
        () => {}
      )
      for (let number = 0; heard.length === 0 && number < 200; number++) {
        await driver.send({ name: 'PUBLISH', key: channel, values: [channel, 'hello'] })
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      assert.deepEqual([...new Set(heard)], ['hello'])
      await stop()
      await driver.send({ name: 'PUBLISH', key: channel, values: [channel, 'late'] })
      await new Promise((resolve) => setTimeout(resolve, 50))
      assert.equal(heard.includes('late'), false)
    },
    async 'a connected driver says that it is ready'(driver) {
      await driver.send(command('GET', key('ready')))
      assert.equal(driver.ready(), true)
    }
  }
  return Object.entries(cases).map(([name, check]) => ({
    name,
    async run() {
      const driver = await make()
      try {
        await check(driver)
      } finally {
        driver.release()
      }
    }
  }))
}
