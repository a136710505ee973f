import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createWriter, type Output } from '../src/destination/writer.js'
import { createLogger, logControl } from '../src/index.js'
import { parseLines, runFixture, startFixture } from './support.js'

let directory = ''
const cleanups: (() => void)[] = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rag-logger-'))
})
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
  rmSync(directory, { recursive: true, force: true })
})

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** An output in memory that fails as it is told. */
function faultyOutput() {
  let fault: (() => number | never) | undefined
  let written = ''
  const output: Output = {
    name: 'memory',
    write(bytes, offset, length) {
      const taken = fault ? fault() : length
      written += bytes.toString('utf8', offset, offset + Math.min(taken, length))
      return Math.min(taken, length)
    },
    close() {}
  }
  return { output, text: () => written, fail: (how: typeof fault) => (fault = how) }
}

function refuse(code: string): () => never {
  return () => {
    throw Object.assign(new Error(code), { code })
  }
}

it('lines of one turn reach the kernel by the end of that turn, in one write', async () => {
  const writes: number[] = []
  const sink = createWriter({ output: { name: 'count', write: (_bytes, _offset, length) => (writes.push(length), length), close() {} } })
  for (let n = 0; n < 10; n++) sink.write('line\n')
  expect(writes).toEqual([])
  await new Promise((resolve) => setImmediate(resolve))
  expect(writes).toEqual([50])
  expect(sink.account()).toEqual({ recorded: 10, exported: 10, dropped: 0, queued: 0 })
})

it('short writes and refusals at every point neither tear, double nor lose a line', async () => {
  for (const code of ['EAGAIN', 'ENOSPC', 'EIO']) {
    const { output, text, fail } = faultyOutput()
    const sink = createWriter({ output, notices: { due() {}, last() {}, stop() {} } })
    let calls = 0
    fail(() => {
      calls++
      if (calls % 3 === 0) return refuse(code)()
      return 7
    })
    for (let n = 0; n < 30; n++) {
      sink.write(`{"n":${n},"text":"é${'x'.repeat(n)}"}\n`)
      if (n % 5 === 0) await later(1)
    }
    fail(undefined)
    await sink.flush()
    expect(parseLines(text()).map(({ n }) => n)).toEqual(Array.from({ length: 30 }, (_, n) => n))
    expect(sink.account()).toEqual({ recorded: 30, exported: 30, dropped: 0, queued: 0 })
  }
})

it('memory is bounded while the output refuses; what is dropped is counted exactly and announced', async () => {
  const { output, text, fail } = faultyOutput()
  const said: (string | undefined)[] = []
  const sink = createWriter({ output, maxBytes: 1000, notices: { due: (describe) => said.push(describe()), last() {}, stop() {} } })
  fail(refuse('ENOSPC'))
  for (let n = 0; n < 500; n++) {
    sink.write(`{"n":${n}}\n`)
    if (n === 50) await later(5)
  }
  const { recorded, exported, dropped, queued } = sink.account()
  expect({ recorded, exported, sum: dropped + queued }).toEqual({ recorded: 500, exported: 0, sum: 500 })
  expect(dropped).toBeGreaterThan(300)
  fail(undefined)
  await sink.flush()
  expect(parseLines(text())).toHaveLength(500 - dropped)
  expect(sink.account()).toEqual({ recorded: 500, exported: 500 - dropped, dropped, queued: 0 })
  expect(said.join('\n')).toMatch(/ENOSPC/)
})

it('a file that is moved or removed with its directory is made again', async () => {
  const file = join(directory, 'deep', 'app.log')
  const logger = createLogger({ service: 's', destination: { file } })
  logger.info('first')
  await logControl(logger).flush()
  renameSync(file, `${file}.moved`)
  await later(1100)
  logger.info('second')
  await logControl(logger).flush()
  expect(parseLines(readFileSync(`${file}.moved`, 'utf8')).map(({ msg }) => msg)).toEqual(['first'])
  expect(parseLines(readFileSync(file, 'utf8')).map(({ msg }) => msg)).toEqual(['second'])
  rmSync(join(directory, 'deep'), { recursive: true })
  await later(1100)
  logger.info('third')
  await logControl(logger).flush()
  expect(parseLines(readFileSync(file, 'utf8')).map(({ msg }) => msg)).toEqual(['third'])
})

it('a path that cannot be opened costs lines, not the application', async () => {
  writeFileSync(join(directory, 'file'), '')
  const logger = createLogger({ service: 's', destination: { file: join(directory, 'file', 'app.log') } })
  logger.info('lost')
  const account = await logControl(logger).shutdown(50)
  expect(account).toEqual({ recorded: 1, exported: 0, dropped: 1, queued: 0 })
})

it.each([
  ['return', 0, '0ms'],
  ['exit', 3, '10s'],
  ['throw', 1, '10s'],
  ['reject', 1, '10s'],
  ['SIGTERM', 0, '10s'],
  ['SIGTERM alone', 'SIGTERM', '10s'],
  ['SIGINT alone', 'SIGINT', '0ms'],
  ['fatal', 'SIGKILL', '10s'],
  ['kill-next-turn', 'SIGKILL', '0ms']
])(
  'an exit by %s loses no line',
  async (how, end, buffer) => {
    const file = join(directory, 'app.log')
    const ended = await runFixture('exit.ts', [how, file, '1000', buffer])
    expect(ended.code ?? ended.signal).toBe(end)
    const lines = parseLines(readFileSync(file, 'utf8')).filter(({ msg }) => msg === 'burst')
    expect(lines.map(({ n }) => n)).toEqual(Array.from({ length: 1000 }, (_, n) => n))
    if (how === 'fatal') expect(readFileSync(file, 'utf8')).toContain('the end')
  },
  30_000
)

it('kill -9 loses no line about a request that ended in a turn before', async () => {
  const file = join(directory, 'app.log')
  expect((await runFixture('kill-after-requests.ts', [file])).signal).toBe('SIGKILL')
  expect(parseLines(readFileSync(file, 'utf8'))).toHaveLength(20)
}, 30_000)

it('lines about requests may wait with a destination that was given time, and are written when it is over', async () => {
  const [early, late] = [join(directory, 'early.log'), join(directory, 'late.log')]
  expect((await runFixture('kill-after-requests.ts', [early, '1h'])).signal).toBe('SIGKILL')
  expect(existsSync(early) && readFileSync(early, 'utf8')).toBeFalsy()
  expect((await runFixture('kill-after-requests.ts', [late, '100ms', '2000'])).signal).toBe('SIGKILL')
  expect(parseLines(readFileSync(late, 'utf8'))).toHaveLength(20)
}, 30_000)

it('lines to a pipe are complete when the process exits', async () => {
  const { stdout } = await runFixture('exit.ts', ['exit', '-', '3000'])
  expect(parseLines(stdout)).toHaveLength(3000)
}, 30_000)

it('lines that are logged while the process ends are written, and do not keep it running', async () => {
  const file = join(directory, 'app.log')
  expect((await runFixture('last-words.ts', [file])).code).toBe(0)
  expect(parseLines(readFileSync(file, 'utf8')).map(({ msg }) => msg)).toEqual(['hello', 'nothing left to do', 'goodbye'])
}, 30_000)

it('what cannot be written any more is said when the process exits', async () => {
  writeFileSync(join(directory, 'file'), '')
  const { code, stderr } = await runFixture('exit.ts', ['exit', join(directory, 'file', 'app.log'), '500'])
  expect(code).toBe(3)
  expect(stderr).toMatch(/@rag\/logger: .*: ENOTDIR: .*; 500 lines dropped, 500 since the start\n$/)
}, 30_000)

it('a named pipe that nobody reads does not stop the process', async () => {
  const pipe = join(directory, 'pipe')
  execFileSync('mkfifo', [pipe])
  const child = startFixture('exit.ts', ['exit', pipe, '10'])
  cleanups.push(() => child.kill('SIGKILL'))
  expect(await Promise.race([new Promise((resolve) => child.once('exit', resolve)), later(20_000)])).toBe(3)
  const text = readFile(pipe, 'utf8')
  await runFixture('exit.ts', ['exit', pipe, '10'])
  expect(parseLines(await text)).toHaveLength(10)
}, 60_000)

it('a reader that stops reading, or goes away, stops neither the event loop nor the process', async () => {
  for (const reader of ['blocked', 'gone']) {
    const child = startFixture('flood.ts', ['stdout', '2500'])
    let stderr = ''
    child.stderr!.on('data', (data) => (stderr += data))
    child.stdout!.once('data', () => (reader === 'gone' ? child.stdout!.destroy() : child.stdout!.pause()))
    const code = await new Promise((resolve) => child.on('exit', resolve))
    expect(code).toBe(0)
    const report = JSON.parse(stderr.split('\n').find((line) => line.startsWith('{'))!) as {
      logged: number
      account: { recorded: number; exported: number; dropped: number; queued: number }
    }
    const { recorded, exported, dropped, queued } = report.account
    expect(recorded).toBe(report.logged)
    expect(exported + dropped + queued).toBe(recorded)
    expect(dropped).toBeGreaterThan(0)
    expect(stderr).toMatch(/@rag\/logger: stdout: .* lines dropped/)
  }
}, 60_000)

/** A file system of one megabyte, where the machine lets us mount one. */
function mountSmall(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory], { stdio: 'ignore' })
    cleanups.push(() => execFileSync('umount', ['-l', directory]))
    return true
  } catch {
    process.stderr.write('left out: the full disk on a real file system, which needs the right to mount a tmpfs\n')
    return false
  }
}

it('a full disk costs counted lines only, and writing resumes when there is space', async () => {
  if (!mountSmall()) return expect(existsSync(directory)).toBe(true)
  const ballast = join(directory, 'ballast')
  writeFileSync(ballast, Buffer.alloc(900 * 1024))
  const file = join(directory, 'app.log')
  const logger = createLogger({ service: 's', destination: { file } })
  const control = logControl(logger)
  const text = 'x'.repeat(1000)
  let n = 0
  for (; n < 12_000; n++) {
    logger.info({ n, text }, 'fill')
    if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  expect(control.account().dropped).toBeGreaterThan(0)
  expect(control.account().queued).toBeGreaterThan(0)
  execFileSync('mount', ['-o', 'remount,size=64m', directory])
  await later(1500)
  logger.info({ n: n++ }, 'after')
  await control.flush()
  const { recorded, exported, dropped, queued } = control.account()
  expect({ recorded, queued, sum: exported + dropped }).toEqual({ recorded: n, queued: 0, sum: n })
  const lines = parseLines(readFileSync(file, 'utf8'))
  expect(lines).toHaveLength(exported)
  expect(new Set(lines.map((line) => line['n'])).size).toBe(exported)
  expect(lines.at(-1)!['msg']).toBe('after')
}, 30_000)

it('a service on a full disk answers every request, keeps its memory and its books, and logs again by itself', async () => {
  if (!mountSmall()) return expect(existsSync(directory)).toBe(true)
  const file = join(directory, 'app.log')
  const logger = createLogger({ service: 's', destination: { file } })
  const text = 'x'.repeat(1000)
  let n = 0
  const server = createServer((_request, response) => {
    for (let line = 0; line < 60; line++) logger.info({ n: n++, text }, 'line')
    response.end('ok')
  }).listen(0, '127.0.0.1')
  cleanups.push(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask = async () => (await fetch(url)).text()
  const answers = new Set<string>()
  for (let round = 0; round < 20; round++) for (const answer of await Promise.all(Array.from({ length: 12 }, ask))) answers.add(answer)
  expect([...answers]).toEqual(['ok'])
  const { dropped, queued, recorded, exported } = logControl(logger).account()
  expect(dropped).toBeGreaterThan(0)
  // Each line is a little more than 1000 bytes, and no more than 16 MiB may wait.
  expect(queued * text.length).toBeLessThanOrEqual(16 * 1024 * 1024)
  expect(exported + dropped + queued).toBe(recorded)
  execFileSync('mount', ['-o', 'remount,size=64m', directory])
  const before = statSync(file).size
  for (let tries = 0; tries < 200 && statSync(file).size === before; tries++) await later(25)
  await ask()
  await logControl(logger).flush()
  const after = logControl(logger).account()
  expect(after).toMatchObject({ recorded: n, queued: 0 })
  const lines = parseLines(readFileSync(file, 'utf8'))
  expect(lines).toHaveLength(after.exported)
  expect(after.exported + after.dropped).toBe(n)
  expect(lines.at(-1)!['n']).toBe(n - 1)
}, 30_000)
