// Real child processes over a real Redis: one load for all, and a holder that dies or hangs holds up nobody for long.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWith, type RunningRedis, startRedis } from '../../../scripts/test-support.js'

interface Answer {
  loads: number
  values: string[]
  ms: number
}

describeWith(['redis'], 'several processes over one Redis', () => {
  let server: RunningRedis
  const children: ChildProcess[] = []
  beforeAll(async () => {
    server = await startRedis()
  })
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })
  afterAll(() => server.stop())

  const start = async () => {
    const script = fileURLToPath(new URL('./fixtures/process.ts', import.meta.url))
    const child = fork(script, [String(server.port)], {
      execArgv: ['--import', 'tsx', '--conditions', '@rag/source'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc']
    })
    children.push(child)
    await once(child, 'message')
    return child
  }
  const ask = async (child: ChildProcess, question: object): Promise<Answer> => {
    child.send(question)
    const [answer] = (await once(child, 'message')) as [Answer]
    return answer
  }

  test('two processes with a thousand callers each of a cold key make one load, key after key', async () => {
    const [one, two] = await Promise.all([start(), start()])
    for (let key = 0; key < 5; key++) {
      const question = { key: `cold:${key}`, callers: 1000, loaderMs: 150 }
      const answers = await Promise.all([ask(one, question), ask(two, question)])
      expect(answers[0]!.loads + answers[1]!.loads).toBe(1)
      expect(new Set(answers.flatMap(({ values }) => values)).size).toBe(1)
    }
  })

  test('batches of both processes that overlap load each key once, whoever of the two does', async () => {
    const [one, two] = await Promise.all([start(), start()])
    for (let round = 0; round < 3; round++) {
      const keys = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `batch:${round}:${from + at}`)
      const question = { callers: 300, loaderMs: 150 }
      const answers = await Promise.all([ask(one, { ...question, batch: keys(0, 20) }), ask(two, { ...question, batch: keys(10, 30) })])
      expect(answers[0]!.loads + answers[1]!.loads).toBe(30)
      expect(new Set(answers.flatMap(({ values }) => values)).size).toBe(30)
    }
  })

  test('a process that dies while it loads a batch holds up the other not for long, which loads what is left in one call', async () => {
    const [dying, other] = await Promise.all([start(), start()])
    dying.send({ batch: ['left:1', 'left:2', 'left:3'], callers: 1, loaderMs: 60_000 })
    await new Promise((resolve) => setTimeout(resolve, 300))
    dying.kill('SIGKILL')
    const { loads, ms } = await ask(other, { batch: ['left:1', 'left:2', 'left:3', 'new'], callers: 10, loaderMs: 10 })
    expect(loads).toBe(4)
    expect(ms).toBeLessThan(5000)
  })

  test('a process that dies while it loads leaves a lock that ends by itself', async () => {
    const [dying, other] = await Promise.all([start(), start()])
    dying.send({ key: 'left', callers: 1, loaderMs: 60_000 })
    await new Promise((resolve) => setTimeout(resolve, 300))
    dying.kill('SIGKILL')
    const { loads, ms } = await ask(other, { key: 'left', callers: 10, loaderMs: 10 })
    expect(loads).toBe(1)
    expect(ms).toBeLessThan(5000)
  })

  test('a process that is stopped while it loads holds up nobody', async () => {
    const [stopped, other] = await Promise.all([start(), start()])
    stopped.send({ key: 'stopped', callers: 1, loaderMs: 300 })
    await new Promise((resolve) => setTimeout(resolve, 100))
    stopped.kill('SIGSTOP')
    const { loads, ms } = await ask(other, { key: 'stopped', callers: 10, loaderMs: 10 })
    expect(loads).toBe(1)
    expect(ms).toBeLessThan(5000)
    stopped.kill('SIGCONT')
  })
})
