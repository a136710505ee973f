// What a hostile megabyte costs a rival: each call in a process of its own, which is ended when it takes too long.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { peers } from './peers.js'
import { repeated } from './sweep.js'

export const LIMIT_MS = 2000
const START_MS = 20_000
/** All rivals together; what does not fit is not run, and the page says so. */
const ALL_MS = 60_000
const INPUTS: Readonly<Record<string, string>> = {
  digits: '1234567890',
  'sk-': 'sk-',
  'eyJ.': 'eyJhbGci.',
  '@a.': '@a.',
  prose: 'The index answers with documents that were split into chunks, ranked and shown to the reader. '
}
const SELF = fileURLToPath(import.meta.url)

/** Milliseconds for one megabyte of each input; undefined beyond the limit. */
export async function rivalWorst(names: readonly string[]): Promise<Record<string, Record<string, number | undefined>>> {
  const table: Record<string, Record<string, number | undefined>> = {}
  const begin = performance.now()
  for (const name of names) {
    const times: Record<string, number | undefined> = {}
    let child: ChildProcess | undefined
    for (const input of Object.keys(INPUTS)) {
      if (performance.now() - begin > ALL_MS) break
      child ??= await start(name)
      times[input] = await timed(child, input)
      if (times[input] !== undefined) continue
      child.kill('SIGKILL')
      child = undefined
    }
    child?.kill('SIGKILL')
    table[name] = times
  }
  return table
}

async function start(name: string): Promise<ChildProcess> {
  const child = fork(SELF, [name], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const ready = await Promise.race([
    once(child, 'message').then(() => true),
    once(child, 'exit').then(() => false),
    new Promise<boolean>((resolve) => setTimeout(resolve, START_MS, false))
  ])
  if (ready) return child
  child.kill('SIGKILL')
  throw new Error(`the process of ${name} did not start`)
}

async function timed(child: ChildProcess, input: string): Promise<number | undefined> {
  child.send(input)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, LIMIT_MS, undefined)
  })
  const ended = once(child, 'exit').then(() => undefined)
  const answer = once(child, 'message').then(([ms]) => Math.round(ms as number))
  const ms = await Promise.race([answer, late, ended])
  clearTimeout(timer)
  return ms
}

if (process.argv[1] === SELF && process.send) {
  const [engine] = await peers(process.argv[2])
  process.on('message', async (input: string) => {
    const text = repeated(INPUTS[input]!, 1_000_000)
    const begin = performance.now()
    await engine!.text!(text)
    process.send!(performance.now() - begin)
  })
  process.send('ready')
}
