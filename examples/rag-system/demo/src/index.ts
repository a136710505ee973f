// The demo: starts the system, asks, reads back what left the services, reports, and stays until it is stopped.
import { parseArgs } from 'node:util'
import { checksOf, type Sent } from './agreement.js'
import { factsOf } from './facts.js'
import { createProgress } from './progress.js'
import { HANDBOOK, madeUpSecret, plannedQuestions } from './questions.js'
import { takeReadings } from './readings.js'
import { reportOf } from './report.js'
import { settled } from './settle.js'
import { DemoFailure } from './system/failure.js'
import { createSystem, type System } from './system/system.js'
import { type Asked, ask, measureRecall, search, upload } from './traffic.js'

const USAGE = `npm run demo -- [--once] [--json]

  --once  print the report and stop; without it the services stay up until Ctrl-C
  --json  print the facts as one JSON object

DATABASE_URL, REDIS_URL, OPENAI_API_KEY, OPENAI_BASE_URL and CHAT_MODEL replace what is embedded.`

/** Runs the demo. Gives the exit code. */
export async function main(given: readonly string[]): Promise<number> {
  const options = readOptions(given)
  if (typeof options === 'string') {
    console.error(options)
    return options === USAGE ? 0 : 2
  }
  const progress = createProgress()
  const control = await createSystem()
  const interrupted = new Promise<number>((resolve) => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129]
    ] as const)
      process.on(signal, () => resolve(code))
  })
  try {
    return await Promise.race([interrupted, run(control.start, options, progress, interrupted)])
  } catch (error) {
    progress.end()
    console.error(error instanceof DemoFailure ? error.message : error)
    return 1
  } finally {
    progress.end()
    await control.stop()
  }
}

async function run(
  start: (step: (text: string) => void) => Promise<System>,
  { once, json }: { once: boolean; json: boolean },
  progress: ReturnType<typeof createProgress>,
  interrupted: Promise<number>
): Promise<number> {
  const system = await start((step) => progress.step(`starting ${step}`))
  const ready = progress.seconds()
  const facts = await Promise.race([observe(system, progress, ready), system.broken])
  progress.end()
  console.log(json ? JSON.stringify(facts) : reportOf(facts))
  if (once || !facts.ok) return facts.ok ? 0 : 1
  const { url } = system.gateway
  console.error(
    `The services stay up. Ask: curl -N ${url}/ask -H 'content-type: application/json' -d '{"question":"What is Fastify?","stream":true}'\nStop with Ctrl-C.`
  )
  return Promise.race([interrupted, system.broken])
}

async function observe(system: System, progress: ReturnType<typeof createProgress>, ready: number) {
  const door = { url: system.gateway.url, apiKey: system.people[0]!.apiKey }
  const secret = madeUpSecret()
  const planned = plannedQuestions(secret)
  const asked: Asked[] = []
  progress.step('uploading a document')
  const uploaded = await upload(door, HANDBOOK.id, HANDBOOK.markdown)
  for (const [index, question] of planned.entries()) {
    progress.step(`asking question ${index + 1} of ${planned.length}`)
    asked.push(await ask(door, question))
  }
  // Secrets are pasted into URLs too.
  await search(door, `Why is ${secret} refused?`)
  progress.step('measuring recall')
  const recall = await measureRecall(door)
  const sent: Sent = { requests: planned.length + 2 + recall.questions, asked, secret, uploaded }
  progress.step('reading metrics, logs and spans')
  const readings = await settled(
    () => takeReadings(system),
    (taken) => checksOf(taken, sent).every(({ ok }) => ok)
  )
  return factsOf(system, readings, sent, recall, { ready, total: progress.seconds() })
}

/** The options, or what to say instead of a run. */
function readOptions(given: readonly string[]): { once: boolean; json: boolean } | string {
  try {
    const { values } = parseArgs({
      args: [...given],
      options: {
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false }
      }
    })
    return values.help ? USAGE : { once: values.once, json: values.json }
  } catch (error) {
    return `${(error as Error).message}\n\n${USAGE}`
  }
}
