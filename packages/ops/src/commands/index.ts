// All commands by name.
import { checkCommand } from './check.js'
import { generateCommand } from './generate.js'
import { initCommand } from './init.js'
import type { Command } from './types.js'

export const commands: Readonly<Record<string, Command>> = {
  init: initCommand,
  generate: generateCommand,
  check: checkCommand
}
