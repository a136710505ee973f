#!/usr/bin/env node
// The command `rag-ops`.
import { parseArgs } from 'node:util'
import { isRagError } from '@rag/core/errors'
import { commands } from './commands/index.js'

async function main(): Promise<number> {
  const [name = 'help', ...rest] = process.argv.slice(2)
  const command = commands[name]
  if (!command) {
    process.stderr.write(
      `rag-ops <command> [--config <file>]\n\n${Object.values(commands)
        .map(({ usage }) => `  ${usage}\n`)
        .join('')}`
    )
    return name === 'help' || name === '--help' ? 0 : 2
  }
  const { positionals, values } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: { config: { type: 'string' }, ...command.options }
  })
  return command.run({
    positionals,
    values: values as Record<string, string | boolean | undefined>,
    print: (line) => void process.stdout.write(`${line}\n`)
  })
}

// A reader that goes away, such as head, changes no verdict.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.exit(2)
})

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    process.stderr.write(
      `${isRagError(error) || error instanceof TypeError ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`
    )
    process.exitCode = 2
  }
)
