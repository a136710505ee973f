// CPU of a call, by adapter: every adapter takes its turn in every round, in another order each time.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { quartiles } from '../statistics.js'

export const ADAPTERS = ['bare', 'meter', 'sdk', 'otel', 'traceloop', 'openinference', 'langfuse'] as const
const KINDS = { chat: 400, stream: 16, 'stream, usage not asked for': 16 } as const
export type Kind = keyof typeof KINDS

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const message = <T>(child: ChildProcess) => new Promise<T>((resolve) => child.once('message', (value) => resolve(value as T)))

export async function startProvider(): Promise<{ port: number; stop(): void }> {
  const child = fork(file('./provider.mjs'))
  const port = await message<number>(child)
  return { port, stop: () => child.kill() }
}

export interface Ratio {
  /** CPU of a call, the lower quartile of the rounds: what else the machine does only ever adds. */
  micros: number
  /** This adapter's CPU by that of the bare client. */
  ratio: number
}

export async function benchCpu(
  port: number,
  rounds: number,
  names: readonly string[] = ADAPTERS,
  kinds: readonly Kind[] = Object.keys(KINDS) as Kind[]
): Promise<Record<string, Record<string, Ratio>>> {
  const children = new Map<string, ChildProcess>()
  for (const name of names) {
    const child = fork(file('./child.cjs'), [name, String(port)], { execArgv: [] })
    await message(child)
    children.set(name, child)
  }
  const run = async (name: string, kind: Kind, count: number) => {
    const child = children.get(name)!
    child.send({ kind, count })
    return (await message<{ micros: number }>(child)).micros
  }
  const result: Record<string, Record<string, Ratio>> = {}
  for (const kind of kinds) {
    const count = KINDS[kind]
    for (let warm = 0; warm < 3; warm++) for (const name of names) await run(name, kind, count)
    const seen = new Map<string, number[]>(names.map((name) => [name, []]))
    for (let round = 0; round < rounds; round++) {
      const order = names.map((_name, index) => names[(index + round) % names.length]!)
      for (const name of order) seen.get(name)!.push(await run(name, kind, count))
    }
    const low = (name: string): number => quartiles(seen.get(name)!)[0]
    result[kind] = Object.fromEntries(
      names.map((name) => [name, { micros: Math.round(low(name)), ratio: Number((low(name) / low('bare')).toFixed(2)) }])
    )
  }
  for (const child of children.values()) child.kill()
  return result
}
