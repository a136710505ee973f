// The demo: starts the system and does what was asked for: show, play a scenario, put it under load, or weigh the SDK.
import { generate } from './generate.js'
import { loadReport, underLoad } from './load/command.js'
import { WITH_HEAPS } from './load/heap.js'
import { type Options, readOptions, USAGE } from './options.js'
import { weigh } from './overhead/command.js'
import { overheadReport } from './overhead/report.js'
import { createProgress, type Progress } from './progress.js'
import { record } from './record.js'
import { play, scenarioReport, scenariosNamed } from './scenarios/command.js'
import { show, staysUp } from './show.js'
import { DemoFailure } from './system/failure.js'
import { createSystem, type SystemOptions } from './system/system.js'

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
  const { command, name, once, json, recorded, fault, stay, minutes, requests } = options
  const print = (value: unknown, text: string) => {
    progress.end()
    console.log(json ? JSON.stringify(value) : text)
  }
  if (command === 'overhead') {
    const weighed = await weigh(begin, progress, requests)
    print(weighed, overheadReport(weighed))
    if (recorded) await record(`overhead-${process.versions.node.split('.')[0]}`, overheadReport(weighed))
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
      progress.say(`${staysUp(system)}\nStop with Ctrl-C.`)
      return Promise.race([interrupted, system.broken])
    }
    return failed === 0 ? 0 : 1
  }
  return show(system, { once, json }, progress, interrupted)
}
