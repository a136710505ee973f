// Weeks of ordinary life and hours with incidents: whom the generated rules and routes would wake.
import { type OpsConfig, resolveConfig } from '../src/index.js'
import { INCIDENT_MINUTES, type Incident, incidents, lifeOf, shop } from './incidents.js'
import { random, telemetry } from './life.js'
import { firing, type Notice, notices, rulesOf } from './notices.js'

const DAY = 1440
const EVERYONE = /./
// Anomalies need three weeks of memory; they are judged in steps of their own.
const rules = (model: ReturnType<typeof resolveConfig>) => rulesOf(model, (file) => !/\/(band-|anomaly)/.test(file))
// In a simulation somebody reacts to every page, so nothing is raised again.
const FIRING = 'ALERTS{alertstate="firing", alertname!~"Watchdog|Unanswered"}'

/** Season, noise, a quiet service whose single requests fail, a deploy on three of seven days, crashes, scrapes that are missing. */
export function ordinaryLife(minutes: number): { notices: Notice[]; events: number; series: number } {
  const config: OpsConfig = {
    ...shop,
    services: { ...shop.services, 'auth-service': { role: 'auth', targets: ['auth-service:9464'] } }
  }
  const model = resolveConfig(config)
  const next = random(4711)
  const days = Array.from({ length: Math.ceil(minutes / DAY) }, (_, day) => day * DAY)
  const services = model.services.map(({ name }) => name)
  const someone = () => services[Math.floor(next() * services.length)]!
  const deploys = days
    .filter((_, day) => day % 7 < 3)
    .map((start) => ({ service: someone(), minute: start + 150 + Math.floor(next() * 300) }))
  const restarts = days.map((start) => ({ service: someone(), minute: start + 30 + Math.floor(next() * 360) }))
  const gaps = days.flatMap((start) => {
    const from = start + Math.floor(next() * 400) + 20
    return [from, from + 1, from + 2]
  })
  const series = telemetry(model, { environment: 'production', minutes, seed: 1, deploys, restarts, gaps })
  const moments = Array.from({ length: Math.floor((minutes - 1) / 2) }, (_, index) => (index + 1) * 2)
  const timeline = firing(rules(model), series, { step: 1, moments, expr: FIRING })
  return { notices: notices(model, timeline, EVERYONE), events: deploys.length + restarts.length + days.length, series: series.length }
}

interface Outcome {
  readonly incident: Incident
  readonly found: boolean
  /** Groups of P0 and P1 that were told. */
  readonly pages: readonly string[]
  readonly others: readonly string[]
}

/** Plants incidents, each into a company of its own, and says what was told of each. */
export function plant(chosen: readonly Incident[] = incidents): Outcome[] {
  const model = resolveConfig(shop)
  const lives = chosen.map((incident) => lifeOf(incident, incidents.indexOf(incident)))
  const moments = Array.from({ length: INCIDENT_MINUTES - 2 }, (_, index) => index + 1)
  const timeline = firing(
    rules(model),
    lives.flatMap((life) => telemetry(model, life)),
    { step: 1, moments, expr: FIRING }
  )
  const told = notices(model, timeline, EVERYONE)
  return chosen.map((incident, index) => {
    const { environment } = lives[index]!
    const own = told.filter(({ alert }) => alert['environment'] === environment)
    const say = ({ alert, minute }: Notice) =>
      `${alert['priority']} ${alert['alertname']} ${alert['service'] ?? alert['peer_service'] ?? ''} at minute ${minute}`
    const pages = own.filter(({ alert }) => /P0|P1/.test(alert['priority']!))
    return {
      incident,
      found: own.some(({ alert }) => alert['alertname'] === incident.found),
      pages: pages.map(say),
      others: own.filter((each) => !pages.includes(each)).map(say)
    }
  })
}
