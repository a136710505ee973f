// What a command of rag-ops is.
import type { ParseArgsConfig } from 'node:util'

export interface Input {
  readonly positionals: readonly string[]
  readonly values: Readonly<Record<string, string | boolean | undefined>>
  readonly print: (line: string) => void
}

export interface Command {
  /** Its line in the help. */
  readonly usage: string
  readonly options?: NonNullable<ParseArgsConfig['options']>
  /** Exit code: 0 well, 1 something is wrong, 2 the call is wrong. */
  run(input: Input): Promise<number>
}
