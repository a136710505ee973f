// Shows the system at work: asks, reads back what left the services, reports, and stays until it is stopped.
import { checksOf, type Sent } from './agreement.js'
import { verifyAudit } from './audit.js'
import { type Facts, factsOf } from './facts.js'
import type { Progress } from './progress.js'
import { HANDBOOK, madeUpSecret, plannedQuestions } from './questions.js'
import { takeReadings } from './readings.js'
import { reportOf } from './report.js'
import { settled } from './settle.js'
import type { System } from './system/system.js'
import type { Person } from './system/users.js'
import { type Asked, ask, measureRecall, search, upload } from './traffic.js'

/** Gives the exit code. */
export async function show(
  system: System,
  { once, json }: { once: boolean; json: boolean },
  progress: Progress,
  interrupted: Promise<number>
): Promise<number> {
  const ready = progress.seconds()
  const page = system.service('frontend').url
  if (!once) progress.say(`Open ${page} in a browser. What follows can be watched there.`)
  const facts = await Promise.race([observe(system, progress, ready), system.broken])
  progress.end()
  console.log(json ? JSON.stringify(facts) : reportOf(facts))
  if (once || !facts.ok) return facts.ok ? 0 : 1
  console.error(`${staysUp(system)}\n${watchingOf(system)}\nStop with Ctrl-C.`)
  return Promise.race([interrupted, system.broken])
}

/** Where the page is, and who may sign in there. */
export function staysUp({ service, people }: System): string {
  const [{ user, password }] = people as [Person]
  return `The services stay up: ${service('frontend').url}\nWho does not sign in there is a guest; ${user} may, with the password ${password}`
}

/** What watches the system, and what does not. */
function watchingOf({ watch: { prometheus, alertmanager, rules } }: System): string {
  const found = [
    prometheus
      ? `Prometheus ${prometheus} with ${rules} alerting rules`
      : 'left out: Prometheus and its alerting rules, no prometheus on this machine',
    alertmanager ? `Alertmanager ${alertmanager}` : 'left out: Alertmanager and the alerts on the page, no alertmanager on this machine'
  ]
  return found.join('\n')
}

async function observe(system: System, progress: Progress, ready: number): Promise<Facts> {
  const door = { url: system.gateway.url, apiKey: system.people[0]!.apiKey }
  const secret = madeUpSecret()
  const planned = plannedQuestions(secret)
  const asked: Asked[] = []
  let firstAnswer = 0
  progress.step('uploading a document')
  const uploaded = await upload(door, HANDBOOK.id, HANDBOOK.markdown)
  for (const [index, question] of planned.entries()) {
    progress.step(`asking question ${index + 1} of ${planned.length}`)
    asked.push(await ask(door, question))
    firstAnswer ||= progress.seconds()
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
  const audit = await verifyAudit(system.audit)
  return factsOf(system, readings, sent, recall, audit, { ready, firstAnswer, total: progress.seconds() })
}
