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
