import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

type Step = Record<'requests' | 'durations' | 'jobs' | 'members' | 'builds' | 'started' | 'memory', number>

async function runFixture<T>(name: string): Promise<T> {
  const file = join(dirname(fileURLToPath(import.meta.url)), 'fixtures', name)
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@rag/source', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data) => (stdout += data))
  child.stderr.on('data', (data) => (stderr += data))
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`the fixture ended with ${code}: ${stderr}`)
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T
}

it('adds up the workers of a cluster on the page of the primary, also after one is killed, one has left and one hangs', async () => {
  const { steps, urls, strangers, own } = await runFixture<{ steps: Step[]; urls: number; strangers: unknown[]; own: number }>('cluster.ts')
  const [all, killed, left, hung, back] = steps as [Step, Step, Step, Step, Step]
  // All workers asked for a listener and were told the one of the primary.
  expect(urls).toBe(1)
  // The channel of the cluster carries the application's messages alone.
  expect(strangers).toEqual([])
  expect(all).toMatchObject({ requests: 601, durations: 601, jobs: 601, members: 3, builds: 1 })
  expect(all.memory).toBeGreaterThan(own * 1.5)
  expect(Math.abs(all.started - Date.now() / 1000)).toBeLessThan(120)
  expect(killed).toMatchObject({ requests: 601, durations: 601, jobs: 601, members: 2 })
  expect(left).toMatchObject({ requests: 651, durations: 651, jobs: 651, members: 1 })
  expect(left.memory).toBeLessThan(all.memory)
  // What the hanging one had not told yet comes when it is back; nothing falls meanwhile.
  expect(hung.requests).toBeGreaterThanOrEqual(651)
  expect(back).toMatchObject({ requests: 658, durations: 658, jobs: 658 })
}, 60_000)

it('adds up worker threads, also after one is terminated and one has left', async () => {
  const { steps, heard, own } = await runFixture<{ steps: Step[]; heard: unknown[]; own: number }>('threads.ts')
  const [all, terminated, left] = steps as [Step, Step, Step]
  expect(all).toMatchObject({ requests: 301, durations: 301, members: 2 })
  // Memory is the process', so it is not counted once a thread.
  expect(all.memory).toBeLessThan(own * 1.5)
  expect(terminated).toMatchObject({ requests: 301, durations: 301, members: 1 })
  expect(left).toMatchObject({ requests: 351, durations: 351, members: 0 })
  // The messages of the threads are the application's alone.
  expect(heard).toEqual(['ready', 'ready', 100, 200])
}, 60_000)
