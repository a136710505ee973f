// All commands by name.
import { alertsCommand } from './alerts.js'
import { bridgeCommand } from './bridge.js'
import { capacityCommand } from './capacity.js'
import { checkCommand } from './check.js'
import { drillCommand } from './drill.js'
import { generateCommand } from './generate.js'
import { incidentCommand } from './incident.js'
import { initCommand } from './init.js'
import { releaseCommand } from './release.js'
import { templatesCommand } from './templates.js'
import type { Command } from './types.js'

export const commands: Readonly<Record<string, Command>> = {
  init: initCommand,
  generate: generateCommand,
  check: checkCommand,
  bridge: bridgeCommand,
  incident: incidentCommand,
  release: releaseCommand,
  alerts: alertsCommand,
  capacity: capacityCommand,
  drill: drillCommand,
  templates: templatesCommand
}
