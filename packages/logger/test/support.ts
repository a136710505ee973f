// What the tests of this package share: a stream that remembers, and child processes.
import { type ChildProcess, spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

export interface Line {
  [field: string]: unknown
}

/** A destination in memory. */
export function createMemory(): { write(line: string): void; text: string[]; lines(): Line[]; last(): Line } {
  const text: string[] = []
  const lines = (): Line[] => text.map((line) => JSON.parse(line) as Line)
  return { text, write: (line) => text.push(line), lines, last: () => lines().at(-1)! }
}

/** Starts a fixture on the sources. */
export function startFixture(name: string, values: readonly string[], stdout: 'pipe' | 'ignore' | number = 'pipe'): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', '--conditions=@rag/source', join(here, 'fixtures', name), ...values], {
    stdio: ['pipe', stdout, 'pipe']
  })
}

/** Runs a fixture to its end. */
export async function runFixture(
  name: string,
  values: readonly string[]
): Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }> {
  const child = startFixture(name, values)
  let stdout = ''
  let stderr = ''
  child.stdout!.on('data', (data) => (stdout += data))
  child.stderr!.on('data', (data) => (stderr += data))
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => child.on('close', (...ended) => resolve(ended)))
  return { code, signal, stdout, stderr }
}

/** Parses the lines of a text; throws at one that is no JSON. */
export function parseLines(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}
