// A visitor of the page: asks, waits or leaves, and tells what was seen; beside it what the admin listeners have of the same trace.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { parseExposition, total } from '../../demo/src/read/exposition.js'
import { metricsUrl } from '../../demo/src/readings.js'
import type { Service } from '../../demo/src/system/environments.js'
import type { System } from '../../demo/src/system/system.js'
import type { Person } from '../../demo/src/system/users.js'

export interface Seen {
  readonly question: string
  readonly left: boolean
  readonly traceId: string
  /** Without the brackets of citations, as the page has it. */
  readonly answer: string
  /** Rows of the waterfall, and the log lines as they stand there. */
  readonly rows: number
  readonly lines: readonly string[]
  readonly cost: string
}
interface Kept {
  readonly spans: readonly { readonly attributes: Readonly<Record<string, unknown>> }[]
  readonly lines: readonly Readonly<Record<string, unknown>>[]
}

/** Routes that an answer goes through, each of another service. The frontend's own trace ends at the gateway, which trusts nobody outside. */
const ANSWERING = new Set(['/ask', '/check', '/answers', '/completions'])

/** What all services have of a trace. */
export async function keptOf({ services }: System, traceId: string): Promise<Kept> {
  const read = async (page: string) =>
    (await Promise.all(services.map(async ({ admin }) => (await fetch(`${admin}/${page}?traceId=${traceId}&limit=500`)).json()))).flat()
  return { spans: (await read('traces')) as Kept['spans'], lines: (await read('logs')) as Kept['lines'] }
}

export const costOf = ({ spans }: Kept) => spans.reduce((sum, { attributes }) => sum + Number(attributes['rag.llm.cost_usd'] ?? 0), 0)

export async function askOn(page: Page, question: string): Promise<void> {
  await page.getByLabel('Your question').fill(question)
  await page.getByRole('button', { name: 'Ask', exact: true }).click()
}

export async function signIn(page: Page, { user, password }: Person): Promise<void> {
  await page.locator('summary', { hasText: 'Guest' }).click()
  await page.getByLabel('User').fill(user)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText(user).waitFor()
}

/** Asks on a page, stays for the whole answer or stops it, and waits until the page shows all that the services have of it. */
export async function visit(page: Page, system: System, question: string, left: boolean): Promise<Seen> {
  await askOn(page, question)
  const answer = page.getByTestId('answer')
  await page.getByText('Answering …').waitFor({ timeout: 20_000 })
  if (left) {
    await expect.poll(() => answer.textContent(), { timeout: 20_000, interval: 20 }).not.toBe('')
    // At once: on a busy machine the answer would be over before a pointer has come to rest.
    await page.getByRole('button', { name: 'Stop' }).dispatchEvent('click')
    await page.getByText('Stopped.').waitFor()
  } else await page.getByText('By extractive-1.').waitFor({ timeout: 20_000 })
  const traceId = (await page.getByTestId('trace-id').textContent())!
  const rows = page.getByRole('region', { name: 'Trace', exact: true }).getByRole('rowheader')
  const lines = page.getByRole('region', { name: 'Log lines' }).locator('tbody tr')
  await expect
    .poll(
      async () => {
        const kept = await keptOf(system, traceId)
        const services = new Set(kept.lines.filter(({ route }) => ANSWERING.has(String(route))).map(({ service }) => service))
        return services.size === ANSWERING.size && (await rows.count()) === kept.spans.length && (await lines.count()) === kept.lines.length
      },
      { timeout: 10_000 }
    )
    .toBe(true)
  return {
    question,
    left,
    traceId,
    answer: (await answer.textContent())!,
    rows: await rows.count(),
    lines: await lines.allTextContents(),
    cost: (await page.locator('.insides .tiles div', { hasText: /^Cost/ }).locator('dd').textContent())!
  }
}

/** What an operator counts of questions and model calls. */
export async function operatorOf(system: System): Promise<Record<string, number>> {
  const read = async (name: Service) => parseExposition(await (await fetch(metricsUrl(system.service(name).admin))).text())
  const [frontend, gateway, llm] = await Promise.all([read('frontend'), read('api-gateway'), read('llm-service')])
  const asked = (status_class: string) => total(gateway, 'rag_http_server_requests_total', { http_route: '/ask', status_class })
  const calls = (outcome: string) => total(llm, 'rag_llm_calls_total', { gen_ai_request_model: 'extractive-1', outcome })
  return {
    'through the frontend': total(frontend, 'http_server_request_duration_seconds_count', { http_request_method: 'POST' }),
    'at the gateway': total(gateway, 'http_server_request_duration_seconds_count', { http_route: '/ask' }),
    answered: asked('2xx'),
    left: asked('aborted'),
    'model calls that ended': calls('ok'),
    'model calls broken off': calls('aborted'),
    nanodollars: Math.round(total(llm, 'rag_llm_cost_usd_total') * 1e9)
  }
}
