// The demo: starts the system and does what was asked for: show, play a scenario, put it under load, or weigh the SDK.
import { parseArgs } from 'node:util'
import { generate } from './generate.js'
import { loadReport, underLoad } from './load/command.js'
import { WITH_HEAPS } from './load/heap.js'
import { weigh } from './overhead/command.js'
import { overheadReport } from './overhead/report.js'
import { createProgress, type Progress } from './progress.js'
import { record } from './record.js'
import { play, scenarioReport, scenariosNamed } from './scenarios/command.js'
import { SCENARIOS } from './scenarios/index.js'
import { show } from './show.js'
import { DemoFailure } from './system/failure.js'
import { createSystem, type SystemOptions } from './system/system.js'

const USAGE = `npm run demo -- [--once] [--json]        shows the system at work, then stays up
npm run demo -- scenario <name> [--json] plays a scenario and checks what the SDK showed
npm run demo -- load [--minutes 10]      sustained traffic with faults; counts are compared at the end
npm run demo -- overhead                 CPU with the SDK and without
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

interface Options {
  readonly command: Command
  readonly name: string
  readonly once: boolean
  readonly json: boolean
  readonly recorded: boolean
  readonly fault: boolean
  readonly stay: boolean
  readonly minutes: number
}

/** Runs the demo. Gives the exit code. */
export async function main(given: readonly string[]): Promise<number> {
  const options = readOptions(given)
  if (typeof options === 'string') {
    console.error(options)
    return options === USAGE ? 0 : 2
  }
  const progress = createProgress()
  const interrupted = new Promise<number>((resolve) => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129]
    ] as const)
      process.on(signal, () => resolve(code))
  })
  const started: { stop(): Promise<void> }[] = []
  if (options.command === 'generate') return generate()
  const begin = async (more: SystemOptions = {}) => {
    const control = await createSystem(more)
    started.push(control)
    return control.start((step) => progress.step(`starting ${step}`))
  }
  try {
    return await Promise.race([interrupted, run(begin, options, progress, interrupted)])
  } catch (error) {
    progress.end()
    console.error(error instanceof DemoFailure ? error.message : error)
    return 1
  } finally {
    progress.end()
    await Promise.all(started.map((control) => control.stop()))
  }
}

type Begin = (more?: SystemOptions) => ReturnType<Awaited<ReturnType<typeof createSystem>>['start']>

async function run(begin: Begin, options: Options, progress: Progress, interrupted: Promise<number>): Promise<number> {
  const { command, name, once, json, recorded, fault, stay, minutes } = options
  const print = (value: unknown, text: string) => {
    progress.end()
    console.log(json ? JSON.stringify(value) : text)
  }
  if (command === 'overhead') {
    const weighed = await weigh(begin, progress)
    print(weighed, overheadReport(weighed))
    if (recorded) await record('overhead', overheadReport(weighed))
    return weighed.ok ? 0 : 1
  }
  const system = await begin({ watch: command !== 'show' || !once, ...(command === 'load' && WITH_HEAPS) })
  if (command === 'load') {
    const result = await Promise.race([underLoad(system, minutes, progress), system.broken])
    print(result, loadReport(result))
    if (recorded) await record('load', loadReport(result))
    return result.ok ? 0 : 1
  }
  if (command === 'scenario') {
    let failed = 0
    for (const scenario of scenariosNamed(name)) {
      progress.step(`playing ${scenario.name}`)
      const played = await Promise.race([play(scenario, system, fault, progress.step, fault ? undefined : 4000), system.broken])
      if (!played.ok) failed++
      print(played, scenarioReport(scenario, played))
    }
    if (stay) {
      progress.say(`The system stays up: ${system.service('frontend').url}\nStop with Ctrl-C.`)
      return Promise.race([interrupted, system.broken])
    }
    return failed === 0 ? 0 : 1
  }
  return show(system, { once, json }, progress, interrupted)
}

/** The options, or what to say instead of a run. */
function readOptions(given: readonly string[]): Options | string {
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
        minutes: { type: 'string', default: '10' }
      }
    })
    if (values.help) return USAGE
    const [command = 'show', name = ''] = positionals
    if (!isCommand(command)) throw new Error(`There is no command ${command}.`)
    if (command === 'scenario' && scenariosNamed(name).length === 0) throw new Error(`There is no scenario "${name}".`)
    const minutes = Number(values.minutes)
    if (!(minutes > 0)) throw new Error('--minutes is a number above 0.')
    return {
      command,
      name,
      once: values.once,
      json: values.json,
      recorded: values.record,
      fault: !values['without-fault'],
      stay: values.stay,
      minutes
    }
  } catch (error) {
    return `${(error as Error).message}\n\n${USAGE}`
  }
}
