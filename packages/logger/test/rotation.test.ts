import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openLogFile } from '../src/destination/file.js'
import { createRotatingFile } from '../src/destination/rotate.js'
import { createWriter } from '../src/destination/writer.js'
import { createLogger, logControl } from '../src/index.js'
import { parseLines, startFixture } from './support.js'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rag-rotate-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const NONE = { bytes: Number.POSITIVE_INFINITY, everyMs: Number.POSITIVE_INFINITY, keep: {} }

/** Every line below the directory, as a reader would count them: a file that stands compressed and plain is one file. A killed process may leave half a line, which was handed to nobody. */
function allNumbers(): number[] {
  const names = readdirSync(directory).filter((name) => !name.endsWith('.tmp'))
  const numbers: number[] = []
  for (const name of names) {
    if (names.includes(`${name}.gz`)) continue
    const bytes = readFileSync(join(directory, name))
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
    const whole = text.split('\n').filter((line) => line.endsWith('}'))
    for (const line of parseLines(whole.join('\n'))) numbers.push(line['n'] as number)
  }
  return numbers.sort((a, b) => a - b)
}

it('rotates by size between lines and keeps every line once', async () => {
  const output = createRotatingFile(openLogFile(join(directory, 'app.log')), { ...NONE, bytes: 1000, gzipAfterMs: 0 })
  const sink = createWriter({ output })
  for (let n = 0; n < 100; n++) {
    sink.write(`{"n":${n},"text":"${'x'.repeat(80)}"}\n`)
    if (n % 3 === 2) await sink.flush()
  }
  await sink.close(100)
  await output.tidy()
  expect(allNumbers()).toEqual(Array.from({ length: 100 }, (_, n) => n))
  const names = readdirSync(directory)
  expect(names.filter((name) => name.endsWith('.log.gz')).length).toBeGreaterThan(8)
  expect(names.filter((name) => name.endsWith('.log'))).toEqual(['app.log'])
})

it('rotates when the period is over, also across a restart', async () => {
  const path = join(directory, 'app.log')
  writeFileSync(path, '{"n":0}\n')
  utimesSync(path, new Date(2020, 0, 1), new Date(2020, 0, 1))
  const sink = createWriter({ output: createRotatingFile(openLogFile(path), { ...NONE, everyMs: 86_400_000 }) })
  sink.write('{"n":1}\n')
  await sink.close(100)
  expect(readFileSync(path, 'utf8')).toBe('{"n":1}\n')
  expect(readdirSync(directory)).toHaveLength(2)
  expect(allNumbers()).toEqual([0, 1])
})

it.each([
  ['files', { files: 2 }, 2],
  ['bytes', { bytes: 250 }, 2],
  ['age', { ageMs: 3_600_000 }, 3]
])('keeps rotated files by %s', async (_bound, keep, expected) => {
  const path = join(directory, 'app.log')
  for (let day = 1; day <= 5; day++) {
    const archive = join(directory, `app-2020010${day}T000000000Z-0001.log`)
    writeFileSync(archive, 'x'.repeat(100))
    if (day < 3) utimesSync(archive, new Date(2020, 0, day), new Date(2020, 0, day))
  }
  writeFileSync(join(directory, 'app-notes.log'), 'not an archive')
  await createRotatingFile(openLogFile(path), { ...NONE, keep }).tidy()
  const left = readdirSync(directory).sort()
  expect(left.filter((name) => name.startsWith('app-2020'))).toEqual(
    ['1', '2', '3', '4', '5'].slice(-expected).map((day) => `app-2020010${day}T000000000Z-0001.log`)
  )
  expect(left).toContain('app-notes.log')
})

it('leaves a rotated file readable for the time asked, and compresses it by itself then', async () => {
  const path = join(directory, 'app.log')
  const output = createRotatingFile(openLogFile(path), { ...NONE, bytes: 100, gzipAfterMs: 700 })
  const sink = createWriter({ output })
  for (let n = 0; n < 3; n++) {
    sink.write(`{"n":${n},"text":"${'x'.repeat(80)}"}\n`)
    await sink.flush()
  }
  await output.tidy()
  const plain = readdirSync(directory).filter((name) => name !== 'app.log')
  expect(plain).toHaveLength(2)
  expect(plain.every((name) => name.endsWith('.log'))).toBe(true)
  const compressed = () => readdirSync(directory).filter((name) => name.endsWith('.log.gz'))
  for (let n = 0; n < 200 && compressed().length < 2; n++) await new Promise((resolve) => setTimeout(resolve, 25))
  await output.tidy()
  expect(readdirSync(directory).sort()).toEqual([...plain.map((name) => `${name}.gz`), 'app.log'].sort())
  expect(allNumbers()).toEqual([0, 1, 2])
  await sink.close(100)
})

it('leaves an archive that was unpacked for a shipper as long, and counts it once', async () => {
  for (const day of [1, 2]) {
    const archive = join(directory, `app-2020010${day}T000000000Z-0001.log`)
    writeFileSync(archive, `{"n":${day}}\n`)
    writeFileSync(`${archive}.gz`, gzipSync(`{"n":${day}}\n`))
    utimesSync(archive, new Date(2020, 0, day), new Date(2020, 0, day))
  }
  const tidy = (gzipAfterMs: number) =>
    createRotatingFile(openLogFile(join(directory, 'app.log')), { ...NONE, gzipAfterMs, keep: { files: 2 } }).tidy()
  await tidy(60_000)
  expect(readdirSync(directory)).toHaveLength(4)
  await tidy(0)
  expect(readdirSync(directory).sort()).toEqual(['app-20200101T000000000Z-0001.log.gz', 'app-20200102T000000000Z-0001.log.gz'])
})

it.each([
  [{ gzip: 'yes' }, 'RAG_LOGGER_DESTINATION'],
  [{ gzip: null }, 'RAG_LOGGER_DESTINATION'],
  [{ gzip: { after: 'soon' } }, 'RAG_CORE_DURATION'],
  [{ gzip: { later: '1h' } }, 'RAG_CORE_UNKNOWN_OPTION'],
  [{ keep: { files: '3' } }, 'RAG_LOGGER_DESTINATION'],
  [{ keep: { files: Number.NaN } }, 'RAG_LOGGER_DESTINATION'],
  [{ keep: { bytes: -1 } }, 'RAG_LOGGER_OPTION'],
  [{ rotate: undefined, gzip: true }, 'RAG_LOGGER_DESTINATION'],
  [{ rotate: undefined, keep: { files: 3 } }, 'RAG_LOGGER_DESTINATION']
])('refuses %j', (options, code) => {
  const destination = { file: join(directory, 'app.log'), rotate: { size: '1MB' }, ...options }
  expect(() => createLogger({ service: 's', destination: destination as never })).toThrow(code)
})

it('a file opened again on a signal loses nothing', async () => {
  const file = join(directory, 'app.log')
  const logger = createLogger({ service: 's', destination: { file, reopenOn: 'SIGUSR2' } })
  logger.info({ n: 1 })
  await logControl(logger).flush()
  renameSync(file, join(directory, 'old.log'))
  process.kill(process.pid, 'SIGUSR2')
  await new Promise((resolve) => setTimeout(resolve, 50))
  logger.info({ n: 2 })
  await logControl(logger).shutdown(100)
  expect(parseLines(readFileSync(file, 'utf8'))).toMatchObject([{ n: 2 }])
  expect(process.listenerCount('SIGUSR2')).toBe(0)
})

it('kill -9 at any moment of rotation and compression loses no line and doubles none', async () => {
  const file = join(directory, 'app.log')
  let handedOver = -1
  for (let round = 0; round < 6; round++) {
    const first = Math.max(handedOver, allNumbers().at(-1) ?? -1) + 1
    const child = startFixture('rotate.ts', [file, String(first)])
    let output = ''
    await new Promise<void>((resolve) => {
      child.stdout!.on('data', (data) => {
        if (output === '') setTimeout(() => child.kill('SIGKILL'), 40 + round * 31)
        output += data
      })
      child.on('close', () => resolve())
    })
    handedOver = Number(output.trim().split('\n').at(-1))
    const numbers = allNumbers()
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(numbers.slice(0, handedOver + 1)).toEqual(Array.from({ length: handedOver + 1 }, (_, n) => n))
  }
  await createRotatingFile(openLogFile(file), { ...NONE, gzipAfterMs: 0 }).tidy()
  expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([])
  expect(allNumbers().length).toBeGreaterThan(handedOver)
}, 60_000)

it('half a line of a killed process costs no later line', async () => {
  const file = join(directory, 'app.log')
  writeFileSync(file, '{"n":1}\n{"n":2,"te')
  const logger = createLogger({ service: 's', destination: { file } })
  logger.info({ n: 3 })
  await logControl(logger).shutdown(100)
  expect(parseLines(readFileSync(file, 'utf8').split('\n').slice(2).join('\n'))).toMatchObject([{ n: 3 }])
})
