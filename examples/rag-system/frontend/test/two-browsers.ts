// Two visitors at once, one of whom is signed in: each is shown only what is its own, and an operator counts what both sent.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { clearFault, setFault } from '../../demo/src/scenarios/provider.js'
import type { System } from '../../demo/src/system/system.js'
import { ask as askGateway } from '../../demo/src/traffic.js'
import { costOf, keptOf, operatorOf, signIn, visit } from './visitor.js'

const { usd } = (await import(new URL('../public/format.js', import.meta.url).href)) as { usd(value: number): string }

/** @param page Of a guest. @param second In a browser of its own. @param desk Of the operator. */
export async function bothAtOnce(system: System, page: Page, second: Page, desk: Page): Promise<void> {
  const [ada] = system.people
  const { url } = system.service('frontend')
  await page.goto(url)
  await second.goto(url)
  await signIn(second, ada!)
  await desk.goto(`${url}/#/operate`)
  const shown = async (region: RegExp, name: string, column = 0) => {
    const cells = desk.getByRole('region', { name: region }).getByRole('row', { name }).getByRole('cell')
    return Number((await cells.allTextContents())[column]?.replace(/\D/g, '') ?? 0)
  }
  const figures = async () => ({
    requests: await shown(/^Rate, errors/, 'api-gateway'),
    calls: await shown(/^Calls, tokens/, 'extractive-1'),
    failed: await shown(/^Calls, tokens/, 'extractive-1', 1)
  })
  await desk.getByRole('row', { name: 'api-gateway' }).first().waitFor()
  // Slow enough that both are in the middle of their answers when one of them leaves.
  await setFault(system, 'openai', { pieceDelayMs: 40 })
  const [before, beside] = [await operatorOf(system), await figures()]

  const all = [
    await Promise.all([
      visit(page, system, 'How do I generate an ETag for a response?', false),
      visit(second, system, 'How do I stringify circular objects deterministically?', true)
    ]),
    await Promise.all([
      visit(page, system, 'Which HTTP router uses a radix tree and supports wildcards?', true),
      visit(second, system, 'How do I query PostgreSQL from pure JavaScript?', false)
    ])
  ].flat()
  const kept = await Promise.all(all.map(({ traceId }) => keptOf(system, traceId)))
  expect(new Set(all.map(({ traceId }) => traceId)).size).toBe(4)
  for (const [index, { question, left, lines, cost }] of all.entries()) {
    const text = lines.join('\n')
    expect(text).toContain(`question=${question}`)
    for (const { question: another } of all) if (another !== question) expect(text).not.toContain(another)
    expect([...new Set(text.match(/user=\w+/g))]).toEqual([index % 2 === 0 ? 'user=guest' : 'user=ada'])
    expect(text.includes('outcome=aborted'), text).toBe(left)
    expect(cost).toBe(usd(costOf(kept[index]!)))
  }

  await clearFault(system, 'openai')
  const after = await operatorOf(system)
  const difference = Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - before[name]!]))
  expect(difference).toEqual({
    'through the frontend': 4,
    'at the gateway': 4,
    answered: 2,
    left: 2,
    'model calls that ended': 2,
    'model calls broken off': 2,
    nanodollars: Math.round(kept.reduce((sum, one) => sum + costOf(one), 0) * 1e9)
  })
  expect(difference['nanodollars']).toBeGreaterThan(0)
  await expect.poll(figures, { timeout: 10_000 }).toEqual({ requests: beside.requests + 4, calls: beside.calls + 4, failed: beside.failed })

  // What each has read is the answer to its own question, or the beginning of it.
  for (const [index, { question, left, answer }] of all.entries()) {
    const { apiKey } = system.people.find(({ user }) => user === (index % 2 === 0 ? 'guest' : 'ada'))!
    const whole = (await askGateway({ url: system.gateway.url, apiKey }, { kind: 'plain', question })).answer!.answer.replace(
      /\[(\d+)\]/g,
      '$1'
    )
    const plain = answer.replace(/\[(\d+)\]/g, '$1')
    expect(answer.length).toBeGreaterThan(0)
    expect(left ? whole.startsWith(plain.trimEnd()) && plain.length < whole.length : plain === whole, `${plain}\n${whole}`).toBe(true)
  }
  expect(await page.evaluate('sessionStorage.length')).toBe(0)
}
