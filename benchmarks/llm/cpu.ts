// CPU of a call, by adapter: every adapter takes its turn in every round, in another order each time.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { median } from '../statistics.js'

export const ADAPTERS = ['bare', 'meter', 'sdk', 'otel', 'traceloop', 'openinference', 'langfuse'] as const
const KINDS = { chat: 200, stream: 40, 'stream, usage not asked for': 40 } as const
export type Kind = keyof typeof KINDS

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const message = <T>(child: ChildProcess) => new Promise<T>((resolve) => child.once('message', (value) => resolve(value as T)))

export async function startProvider(): Promise<{ port: number; stop(): void }> {
  const child = fork(file('./provider.mjs'))
  const port = await message<number>(child)
  return { port, stop: () => child.kill() }
}

export interface Ratio {
  micros: number
  /** Median over the rounds of this adapter's CPU by that of the bare client in the same round. */
  ratio: number
}

export async function benchCpu(port: number, rounds: number): Promise<Record<string, Record<string, Ratio>>> {
  const children = new Map<string, ChildProcess>()
  for (const name of ADAPTERS) {
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
  for (const kind of Object.keys(KINDS) as Kind[]) {
    const count = KINDS[kind]
    for (let warm = 0; warm < 3; warm++) for (const name of ADAPTERS) await run(name, kind, count)
    const seen = new Map<string, number[]>(ADAPTERS.map((name) => [name, []]))
    for (let round = 0; round < rounds; round++) {
      const order = ADAPTERS.map((_name, index) => ADAPTERS[(index + round) % ADAPTERS.length]!)
      for (const name of order) seen.get(name)!.push(await run(name, kind, count))
    }
    const bare = seen.get('bare')!
    result[kind] = Object.fromEntries(
      ADAPTERS.map((name) => {
        const values = seen.get(name)!
        const ratios = values.map((value, index) => value / bare[index]!)
        return [name, { micros: Math.round(median(values)), ratio: Number(median(ratios).toFixed(2)) }]
      })
    )
  }
  for (const child of children.values()) child.kill()
  return result
}
