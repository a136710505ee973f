// What a hostile megabyte costs a rival: each call in a process that is ended when it takes too long.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { peers } from './peers.js'
import { hostile } from './worst.js'

const LIMIT_MS = 1000
const INPUTS = ['one letter', 'digits', 'sk-', 'eyJ.', '@a.', 'prose'] as const
const SELF = fileURLToPath(import.meta.url)

/** Milliseconds for one megabyte of each input; undefined beyond the limit. */
export async function rivalWorst(names: readonly string[]): Promise<Record<string, Record<string, number | undefined>>> {
  const table: Record<string, Record<string, number | undefined>> = {}
  for (const name of names) {
    table[name] = {}
    let child = await start(name)
    for (const input of INPUTS) {
      table[name][input] = await timed(child, input)
      if (table[name][input] !== undefined) continue
      child.kill('SIGKILL')
      child = await start(name)
    }
    child.kill('SIGKILL')
  }
  return table
}

async function start(name: string): Promise<ChildProcess> {
  const child = fork(SELF, [name], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  await once(child, 'message')
  return child
}

async function timed(child: ChildProcess, input: string): Promise<number | undefined> {
  child.send(input)
  const timer = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), LIMIT_MS))
  const answer = once(child, 'message').then(([ms]) => Math.round(ms as number))
  return Promise.race([answer, timer])
}

if (process.argv[1] === SELF && process.send) {
  const engine = (await peers()).find(({ name }) => name === process.argv[2])!
  process.on('message', async (input: string) => {
    const text = hostile(input, 1_000_000)
    const begin = performance.now()
    await engine.text!(text)
    process.send!(performance.now() - begin)
  })
  process.send('ready')
}
