import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { describeWith } from '../../../scripts/test-support.js'
import { seconds } from '../src/config/duration.js'
import { notation } from '../src/generate/promtool.js'
import { allAlerts, generate, resolveConfig } from '../src/index.js'
import { full } from './kit.js'
import { mutantsOf, survivors } from './mutants.js'

const model = resolveConfig(full)
const alerts = allAlerts(model)
const folder = mkdtempSync(join(tmpdir(), 'rag-ops-alerts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the scenarios of alerts', () => {
  it.each(alerts.filter(({ name }) => name !== 'Watchdog').map((alert) => [alert.name, alert] as const))(
    '%s fires, stays quiet and resolves in them',
    (_, { tests }) => {
      const stories = tests.map(({ expect: words }) => words)
      expect(stories.some((words) => words.includes('fires'))).toBe(true)
      expect(stories.some((words) => !words.includes('fires'))).toBe(true)
      expect(stories.some((words) => /fires .*, quiet/.test(words))).toBe(true)
    }
  )

  it('look only at moments that are evaluated, or a quiet answer would mean nothing', () => {
    for (const { name, tests } of alerts)
      for (const { title, step = '1m', expect: words } of tests)
        for (const word of words.split(', ')) expect(seconds(word.split(' ')[1]!) % seconds(step), `${name}: ${title}: ${word}`).toBe(0)
  })

  it('have names of their own', () => {
    const names = alerts.flatMap(({ name, tests }) => tests.map(({ title }) => `${name}: ${title}`))
    expect(new Set(names).size).toBe(names.length)
  })

  it('are written in the notation of promtool: runs, resets and gaps', () => {
    expect(notation([1, 1, 1, null, null, 5, 7, 9, 0])).toBe('1+0x2 _x2 5+2x2 0')
    expect(notation([3, null, 3])).toBe('3 _ 3')
    expect(notation([9, 6, 3])).toBe('9-3x2')
  })
})

describeWith(['prometheus'], 'generated promtool tests', () => {
  const files = generate(model)
  for (const [path, text] of Object.entries(files)) {
    if (!path.startsWith('prometheus/')) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const tests = Object.keys(files).filter((path) => path.startsWith('prometheus/tests/'))

  it('pass, all of them', { timeout: 400_000 }, () => {
    const { stdout, status } = spawnSync('sh', ['-c', 'exec promtool test rules "$@" 2>&1', 'sh', ...tests], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1e8
    })
    expect(stdout.split('\n').filter((line) => /FAILED|exp:|got:|err/.test(line))).toEqual([])
    expect(status).toBe(0)
    expect(stdout.match(/SUCCESS/g)).toHaveLength(tests.length)
  })

  it('kill a sample of wrong rules, all but one in twenty; `npm run bench -- ops-mutants` runs them all', {
    timeout: 400_000
  }, async () => {
    const short = alerts.filter(({ tests: scenarios, alone }) => !alone && scenarios.every(({ step = '1m' }) => step === '1m'))
    const mutants = short.flatMap(mutantsOf).filter((_, index) => index % 6 === 0)
    const left = await survivors(model, mutants)
    expect(mutants.length).toBeGreaterThan(50)
    expect(left.length / mutants.length, left.map(({ alert, what }) => `${alert.name}: ${what}`).join('\n')).toBeLessThanOrEqual(0.05)
  })
})
