// What the demo was asked for on the command line.
import { parseArgs } from 'node:util'
import { scenariosNamed } from './scenarios/command.js'
import { SCENARIOS } from './scenarios/index.js'

export const USAGE = `npm run demo -- [--once] [--json]        shows the system at work, then stays up
npm run demo -- scenario <name> [--json] plays a scenario and checks what the SDK showed
npm run demo -- load [--minutes 10]      sustained traffic with faults; counts are compared at the end
npm run demo -- overhead [--requests 350] CPU with the SDK and without, by part
npm run demo -- generate                 makes the rules, dashboards and manifests of deploy/ anew

  --once           print the report and stop; without it the services stay up until Ctrl-C
  --json           print the facts as one JSON object
  --record         put what load or overhead measured into docs/demo.md
  --without-fault  play the scenario without its fault: it must fail
  --stay           keep the system up after a scenario, to look at it

Scenarios: ${SCENARIOS.map(({ name }) => name).join(', ')}; all plays them one after the other.

DATABASE_URL, REDIS_URL, ELASTICSEARCH_URL, OPENAI_API_KEY, OPENAI_BASE_URL, ANTHROPIC_API_KEY and CHAT_MODEL replace what is embedded.`

const COMMANDS = ['show', 'scenario', 'load', 'overhead', 'generate'] as const
type Command = (typeof COMMANDS)[number]
const isCommand = (name: string): name is Command => COMMANDS.includes(name as Command)

export interface Options {
  readonly command: Command
  readonly name: string
  readonly once: boolean
  readonly json: boolean
  readonly recorded: boolean
  readonly fault: boolean
  readonly stay: boolean
  /** Of the load run. */
  readonly minutes: number
  /** In a round of the comparison. */
  readonly requests: number
}

/** The options, or what to say instead of a run. */
export function readOptions(given: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        record: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        'without-fault': { type: 'boolean', default: false },
        stay: { type: 'boolean', default: false },
        minutes: { type: 'string', default: '10' },
        requests: { type: 'string', default: '350' }
      }
    })
    if (values.help) return USAGE
    const [command = 'show', name = ''] = positionals
    if (!isCommand(command)) throw new Error(`There is no command ${command}.`)
    if (command === 'scenario' && scenariosNamed(name).length === 0) throw new Error(`There is no scenario "${name}".`)
    const minutes = Number(values.minutes)
    if (!(minutes > 0)) throw new Error('--minutes is a number above 0.')
    const requests = Number(values.requests)
    if (!Number.isInteger(requests) || requests < 14) throw new Error('--requests is a whole number of 14 or more.')
    return {
      command,
      name,
      once: values.once,
      json: values.json,
      recorded: values.record,
      fault: !values['without-fault'],
      stay: values.stay,
      minutes,
      requests
    }
  } catch (error) {
    return `${(error as Error).message}\n\n${USAGE}`
  }
}
