// The page in a real browser over the real system: ask, watch, stop, operate, upload; both themes, wide and narrow.
import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../../../../scripts/test-support.js'
import { parseExposition, total } from '../../demo/src/read/exposition.js'
import { metricsUrl } from '../../demo/src/readings.js'
import { record } from '../../demo/src/record.js'
import { play } from '../../demo/src/scenarios/command.js'
import { slowQuery } from '../../demo/src/scenarios/slow-query.js'
import { createSystem, type System } from '../../demo/src/system/system.js'
import { openBrowser, type TestBrowser } from './browser.js'
import { bothAtOnce } from './two-browsers.js'
import { askOn, signIn } from './visitor.js'

/** With RAG_SCREENSHOTS=1 the pictures of the docs are taken anew. */
const PICTURES = fileURLToPath(new URL('../../../../docs/screenshots/', import.meta.url))
const taking = process.env['RAG_SCREENSHOTS'] === '1'
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const QUESTION = 'How do I redact secrets from objects with safe and fast paths?'

describeWith(['chromium'], 'the page of the example', () => {
  let system: System
  let browser: TestBrowser
  let page: Page
  const problems: string[] = []
  const measured: string[] = []
  /** Figures are said, and with RAG_SCREENSHOTS=1 kept in the docs; a busy machine is no fault of the page. */
  const say = (figure: string) => {
    measured.push(figure)
    process.stderr.write(`${figure}\n`)
  }
  const control = createSystem({ watch: true, environment: {} })

  beforeAll(async () => {
    system = await (await control).start(() => {})
    browser = await openBrowser()
    page = await browser.context.newPage()
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (line) => {
      if (line.type() === 'error') problems.push(line.text())
    })
    if (taking) mkdirSync(PICTURES, { recursive: true })
  }, 150_000)
  afterAll(async () => {
    if (taking) await record('page', measured.join('\n'))
    await browser?.close()
    await (await control).stop()
  }, 30_000)

  const open = (view = '') => page.goto(`${system.service('frontend').url}/${view}`)
  const ask = (question: string) => askOn(page, question)
  const picture = async (name: string) => {
    if (taking) await page.screenshot({ path: `${PICTURES}${name}.png` })
  }
  /** What is on the page, in both themes: no rule of axe is broken, and its picture is taken. */
  const seen = async (...names: string[]) => {
    for (const [index, colorScheme] of (['light', 'dark'] as const).entries()) {
      await page.emulateMedia({ colorScheme })
      await page.evaluate(await readFile(AXE, 'utf8'))
      const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run()')
      expect(
        violations.map(({ id, nodes }) => `${colorScheme}: ${id}: ${nodes.map(({ html }) => html).join('; ')}`),
        names[0]
      ).toEqual([])
      if (names[index]) await picture(names[index])
    }
    await page.emulateMedia({ colorScheme: 'light' })
  }
  const overflow = () => page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')

  it('is usable at once, without a build and without anything from elsewhere', async () => {
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).origin))
    await open()
    await page.getByLabel('Your question').waitFor()
    expect(await page.getByRole('button', { name: 'Ask', exact: true }).isEnabled()).toBe(true)
    const interactive = await page.evaluate<number>("performance.getEntriesByName('interactive')[0].startTime")
    say(`interactive ${Math.round(interactive)} ms after the address was entered (goal 1000 ms)`)
    expect(new Set(asked)).toEqual(new Set([new URL(system.service('frontend').url).origin]))
    await seen('ask-empty')
  })

  it('streams an answer with citations, and shows its trace, lines, tokens and cost', async () => {
    await ask(QUESTION)
    const answer = page.getByTestId('answer')
    await page.getByText('Answering …').waitFor({ timeout: 20_000 })
    const seenAt = performance.now()
    await page.getByText('By extractive-1.').waitFor({ timeout: 20_000 })
    say(`a streamed answer was complete ${Math.round(performance.now() - seenAt)} ms after its first words`)
    expect((await answer.textContent())?.length).toBeGreaterThan(40)
    await page
      .getByRole('link', { name: /^Source \d/ })
      .first()
      .click()
    expect(await page.locator('.sources details[open] blockquote').first().isVisible()).toBe(true)

    const waterfall = page.getByRole('region', { name: 'Trace', exact: true })
    for (const service of ['api-gateway', 'auth-service', 'rag-engine', 'llm-service'])
      await waterfall.getByRole('cell', { name: service }).first().waitFor({ timeout: 10_000 })
    for (const step of ['embed', 'retrieve', 'rerank', 'prompt', 'generate'])
      await waterfall.getByRole('rowheader', { name: step, exact: true }).waitFor({ timeout: 10_000 })
    const lines = page.getByRole('region', { name: 'Log lines' })
    await lines.getByText('POST /ask 200').waitFor({ timeout: 10_000 })
    const tiles = await page.locator('.insides .tiles').textContent()
    expect(tiles).toMatch(/Tokens in[1-9]/)
    expect(tiles).toMatch(/Cost\$0\.000/)
    await seen('ask-light', 'ask-dark')
  })

  it('says which cache answered and what that saved', async () => {
    await ask(QUESTION)
    await page.getByText('this was asked before').waitFor({ timeout: 10_000 })
    await page.getByText('answers (memory)').waitFor({ timeout: 10_000 })
    expect(await page.locator('.insides .tiles').textContent()).toMatch(/Saved\$0\.000[1-9]/)
  })

  it('stops an answer, and the services behind it stop too', async () => {
    await ask('How can I stream a file from the file system as an HTTP response with range support?')
    await page.getByText('Answering …').waitFor({ timeout: 20_000 })
    const traceId = await page.getByTestId('trace-id').textContent()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped.').waitFor()
    await expect
      .poll(
        async () => {
          const lines = (await (await fetch(`${system.service('llm-service').admin}/logs?traceId=${traceId}&limit=100`)).json()) as {
            outcome?: string
          }[]
          return lines.some(({ outcome }) => outcome === 'aborted')
        },
        { timeout: 10_000 }
      )
      .toBe(true)
  })

  it('says in words what was refused, and counts it', async () => {
    await page.evaluate(`sessionStorage.setItem('rag-session', '{"user":"x","token":"no-such-session"}')`)
    await open()
    await ask('Who am I?')
    await page.getByRole('alert').filter({ hasText: 'Your session has ended. Please sign in again.' }).waitFor()
    await page.locator('summary', { hasText: 'Guest' }).waitFor()
    await ask('How do I parse a URL?')
    await page.getByText('By extractive-1.').waitFor({ timeout: 20_000 })
    await page.evaluate(`sessionStorage.setItem('rag-session', '{"user')`)
    await open()
    await page.locator('summary', { hasText: 'Guest' }).waitFor()
    await page.evaluate('sessionStorage.clear()')
    const metrics = await (await fetch(`${system.service('auth-service').admin}/metrics`)).text()
    expect(metrics).toMatch(/rag_http_server_requests_total\{http_route="\/check",status_class="4xx"[^}]*\} 1\b/)
    problems.length = 0
  })

  it('asks nothing for another page that is open in the same browser', async () => {
    const asked = async () => {
      const metrics = await (await fetch(metricsUrl(system.gateway.admin))).text()
      return total(parseExposition(metrics), 'rag_http_server_requests_total', { http_route: '/search' })
    }
    const before = await asked()
    const target = `${system.service('frontend').url}/api/search?q=foreign`
    const foreign = createServer((_, response) => response.setHeader('content-type', 'text/html').end(`<img src="${target}">`))
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve))
    const other = await browser.context.newPage()
    // localhost is another site than 127.0.0.1.
    const address = `http://localhost:${(foreign.address() as AddressInfo).port}/`
    // Whatever comes back is no picture, so the browser withholds it; what counts is what was asked.
    await Promise.all([other.waitForEvent('requestfailed', { timeout: 10_000 }), other.goto(address)])
    expect((await fetch(target, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
    expect(await asked()).toBe(before)
    foreign.close()
    await other.close()
  })

  it('signs a person in and out', async () => {
    await open()
    await signIn(page, system.people[0]!)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.locator('summary', { hasText: 'Guest' }).waitFor()
  })

  it('shows an operator rates, percentiles, spend, budgets, caches, the index and losses, at most a second old', async () => {
    await open('#/operate')
    const row = (region: string, name: string) =>
      page.getByRole('region', { name: region }).getByRole('row', { name: new RegExp(`^${name}`) })
    await row('Rate, errors and duration by service', 'rag-engine').waitFor()
    const requests = async () =>
      Number((await row('Rate, errors and duration by service', 'api-gateway').getByRole('cell').first().textContent())?.replace(/\D/g, ''))
    const before = await requests()
    const key = system.people[0]!.apiKey
    await fetch(`${system.gateway.url}/search?q=cookies`, { headers: { authorization: `Bearer ${key}` } })
    const answeredAt = Date.now()
    await expect.poll(requests, { timeout: 10_000, interval: 50 }).toBe(before + 1)
    const lag = Date.now() - answeredAt
    say(`the operator's view showed a request ${lag} ms after its reply (goal 1000 ms)`)
    expect(await row('Calls, tokens and cost by model', 'extractive-1').textContent()).toMatch(/\$0\.000/)
    expect(await page.getByText(/Budget user-day/).textContent()).toMatch(/Budget user-day/)
    expect(await row('Hit rate by cache and layer', 'answers memory').count()).toBe(1)
    expect(await page.getByRole('region', { name: 'Index', exact: true }).textContent()).toMatch(/Passages[1-9]/)
    expect(await row('Cardinality and losses by service', 'rag-engine').count()).toBe(1)
    expect(await page.locator('.chart canvas').count()).toBe(4)
    await seen()
  })

  describeWith(['prometheus', 'alertmanager'], 'alerts on the page', () => {
    it('are what fires: rules of the real Prometheus, by way of the real Alertmanager', async () => {
      expect(system.watch.rules).toBeGreaterThan(50)
      await open('#/operate')
      const alerts = page.getByRole('region', { name: 'Alerts' })
      // rag-engine marks its release when it starts, and a rule says so for half an hour.
      const release = alerts.getByRole('listitem').filter({ hasText: 'ReleaseInProgress' }).filter({ hasText: 'rag-engine' })
      await release.waitFor({ timeout: 60_000 })
      await alerts.getByText('The watchdog is heard').waitFor({ timeout: 60_000 })
      await seen('operate-light', 'operate-dark')
    }, 130_000)
  })

  it('walks from a slow answer to its cause, step by step as the README of the example says', async () => {
    const cause = page.locator('.cause:visible')
    const played = await play(slowQuery, system, true, () => {})
    expect(played.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(played.checks.find(({ name }) => name.startsWith('slow statements'))!.values).toEqual({ before: 0, after: 2 })

    await page.goto(played.pages[0]!)
    await expect.poll(() => cause.textContent(), { timeout: 10_000 }).toMatch(/rag_demo\.passages of rag-engine took [12]\.\d\d s/)
    const rows = page.locator('.waterfall:visible').getByRole('rowheader')
    const names = await rows.allTextContents()
    const path = ['GET /search', 'GET /check', 'embed', 'retrieve', 'WITH rag_demo.passages', 'SELECT rag_demo.passages']
    expect(names.map((name) => name.trim())).toEqual(expect.arrayContaining(path))
    await page.getByText('GET /search 200').waitFor()
    await seen('trace')
    await rows.getByRole('button', { name: 'SELECT rag_demo.passages' }).press('Enter')
    expect(await page.locator('.attributes').textContent()).toMatch(/db\.query\.text\s*SELECT/)

    await page.getByRole('link', { name: 'Ask', exact: true }).click()
    await ask('How do I record histograms and counters for Prometheus?')
    await page.getByText('Answering …').waitFor({ timeout: 20_000 })
    await expect.poll(() => cause.textContent(), { timeout: 10_000 }).toMatch(/^Most of what has ended so far/)
    await expect.poll(() => cause.textContent(), { timeout: 20_000 }).toMatch(/^Most of it: chat extractive-1 of llm-service/)
    const spans = await rows.count()
    await ask('How do I record histograms and counters for Prometheus?')
    await page.getByText('From the cache').waitFor({ timeout: 10_000 })
    await expect.poll(() => page.locator('.tiles:visible').textContent(), { timeout: 10_000 }).toMatch(/Saved\$0\.000[1-9].*answers \(/)
    expect(await rows.count()).toBeLessThan(spans / 2)

    await page.getByRole('link', { name: 'Operate' }).click()
    const engine = page.getByRole('region', { name: /^Rate, errors/ }).getByRole('row', { name: /^rag-engine/ })
    await expect.poll(async () => (await engine.getByRole('cell').allTextContents())[5], { timeout: 10_000 }).toMatch(/^\d\.\d\d s$/)
  }, 60_000)

  it('takes a document, answers from it, and refuses a binary and a huge one with a reason', async () => {
    await open('#/documents')
    const file = page.getByLabel('Markdown, text or PDF')
    const text = '# Harbour rules\n\nThe ferry to Larkholm leaves at seven from the blue pier.'
    await file.setInputFiles({ name: 'harbour.md', mimeType: 'text/markdown', buffer: Buffer.from(text) })
    await page.getByRole('button', { name: 'Upload' }).click()
    await page.getByText('harbour.md is in the index').waitFor({ timeout: 15_000 })
    await seen('documents')
    await file.setInputFiles({ name: 'noise.txt', mimeType: 'text/plain', buffer: Buffer.from([0xff, 0xfe, 0, 1, 2]) })
    await page.getByRole('button', { name: 'Upload' }).click()
    await page.getByRole('alert').filter({ hasText: 'This file is binary' }).waitFor()
    await file.setInputFiles({ name: 'huge.txt', mimeType: 'text/plain', buffer: Buffer.alloc(6 * 1024 * 1024, 'word ') })
    await page.getByRole('button', { name: 'Upload' }).click()
    await page.getByRole('alert').filter({ hasText: 'A document may have 5 MiB at most.' }).waitFor({ timeout: 20_000 })
    await page.getByRole('link', { name: 'Ask', exact: true }).click()
    await ask('When does the ferry to Larkholm leave?')
    await expect.poll(() => page.getByTestId('answer').textContent(), { timeout: 20_000 }).toContain('blue pier')
    problems.length = 0
  })

  it('works by keyboard alone', async () => {
    await open()
    await page.getByLabel('Your question').waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await open('#/documents')
    await page.getByRole('link', { name: 'Skip to the content' }).press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Ask')
    expect(await page.getByLabel('Markdown, text or PDF').isVisible()).toBe(true)
    await page.getByRole('link', { name: 'Ask', exact: true }).press('Enter')
    await page.getByLabel('Your question').focus()
    await page.keyboard.type('How do I parse and serialize HTTP cookies?')
    await page.keyboard.press('Enter')
    await page.getByText('By extractive-1.').waitFor({ timeout: 20_000 })
    await page
      .getByRole('link', { name: /^Source \d/ })
      .first()
      .focus()
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.tagName')).toBe('SUMMARY')
  })

  it('fits 1280 and 390 pixels in every view, with an answer and a trace in it', async () => {
    for (const [width, height] of [
      [1280, 900],
      [390, 844]
    ] as const) {
      await page.setViewportSize({ width, height })
      await open()
      await ask(QUESTION)
      await page.getByText('From the cache').waitFor({ timeout: 10_000 })
      await page.getByText('POST /ask 200').waitFor({ timeout: 10_000 })
      const traceId = await page.getByTestId('trace-id').textContent()
      const views = { '#/ask': 'ask-narrow', '#/operate': 'operate-narrow', '#/documents': '', [`#/trace/${traceId}`]: '' }
      for (const [view, name] of Object.entries(views)) {
        await open(view)
        await page.locator('section:visible').first().waitFor()
        // Rates and traces are there with the second reading.
        await page.waitForTimeout(1000)
        expect(await overflow(), `${view} at ${width}`).toBe(0)
        if (width === 390) await seen(...(name ? [name] : []))
      }
    }
    // An address has no space to break at: in the question, in the answer, and in its source.
    const long = `https://example.com/${'quay/'.repeat(60)}`
    const body = `The tide table of Larkholm is at ${long} for everyone.`
    const headers = { authorization: `Bearer ${system.people[0]!.apiKey}`, 'content-type': 'text/plain' }
    expect((await fetch(`${system.gateway.url}/documents/tides.txt`, { method: 'PUT', headers, body })).status).toBe(201)
    await open()
    await ask(`Where is the tide table of Larkholm, at ${long}?`)
    await page.getByText('By extractive-1.').waitFor({ timeout: 20_000 })
    await page.locator('summary', { hasText: 'tides.txt' }).click()
    await page.locator('blockquote:visible', { hasText: long }).waitFor()
    expect(await overflow(), 'an address without end').toBe(0)
    await page.setViewportSize({ width: 1280, height: 900 })
  }, 60_000)

  it('serves two browsers at once: each sees its own answer, trace, lines and cost, and an operator counts what both sent', async () => {
    const other = await openBrowser()
    const [second, desk] = [await other.context.newPage(), await browser.context.newPage()]
    await bothAtOnce(system, page, second, desk)
    await desk.close()
    await other.close()
  }, 60_000)

  it('wrote no error into the console', () => {
    expect(problems).toEqual([])
  })
})
