import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { encryptFile } from '../src/destination/encrypted.js'
import { type LogFile, openLogFile } from '../src/destination/file.js'
import { createRotatingFile } from '../src/destination/rotate.js'
import { createWriter } from '../src/destination/writer.js'
import { createLogger, logControl, readLogLines } from '../src/index.js'
import { startFixture } from './support.js'

const encryption = { keyId: 'k1', key: randomBytes(32).toString('hex') }
let directory = ''
let file = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rag-encrypted-'))
  file = join(directory, 'app.log')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function numbers(path = file, secret: Parameters<typeof readLogLines>[0]['encryption'] = encryption) {
  const found: number[] = []
  let torn = 0
  for await (const line of readLogLines({ file: path, encryption: secret!, onTorn: (frames) => (torn = frames) }))
    found.push((JSON.parse(line) as { n: number }).n)
  return { found, torn }
}

async function allNumbers() {
  const names = readdirSync(directory).filter((name) => !name.endsWith('.tmp'))
  const found: number[] = []
  for (const name of names) if (!names.includes(`${name}.gz`)) found.push(...(await numbers(join(directory, name))).found)
  return found.sort((a, b) => a - b)
}

const range = (count: number) => Array.from({ length: count }, (_, n) => n)

async function write(first: number, last: number, secret: object = encryption) {
  const logger = createLogger({ service: 's', destination: { file, encryption: secret as never } })
  for (let n = first; n <= last; n++) {
    logger.info({ n, text: 'plain words' }, 'line')
    if (n % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await logControl(logger).shutdown(1000)
}

it('an encrypted file says nothing without its key, and everything with it, over openings and after a change of keys', async () => {
  await write(0, 9)
  const rotated = { keyId: 'k2', key: randomBytes(32), keys: { k1: encryption.key } }
  await write(10, 19, rotated)
  const text = readFileSync(file, 'utf8')
  expect(text).not.toMatch(/plain|service|line/)
  expect(text).toMatch(/"keyId":"k1"[\s\S]*"keyId":"k2"/)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await numbers(file, rotated)).toEqual({ found: range(20), torn: 0 })
  await expect(numbers(file, { keyId: 'k1', key: 'x'.repeat(32) })).rejects.toThrow('RAG_LOGGER_FILE_BROKEN')
  await expect(numbers(file, undefined)).rejects.toThrow('RAG_LOGGER_FILE_BROKEN')
})

it('clear and compressed files are read the same way', async () => {
  writeFileSync(file, '{"n":0}\n{"n":1}\n')
  const lines: string[] = []
  for await (const line of readLogLines({ file })) lines.push(line)
  expect(lines).toEqual(['{"n":0}', '{"n":1}'])
  await expect(readLogLines({ file: join(directory, 'none.gz') }).next()).rejects.toThrow('ENOENT')
})

it('a changed, moved, doubled or missing frame is found, wherever it is', async () => {
  await write(0, 20)
  const whole = readFileSync(file)
  for (let at = 0; at < whole.length; at += 7) {
    const changed = Buffer.from(whole)
    changed[at] = changed[at]! ^ 0x01
    writeFileSync(file, changed)
    const read = await numbers().catch((error: Error) => error.message)
    // The name of the key is no secret and is bound to the wrapped key.
    if (typeof read !== 'string') expect(read.torn, `byte ${at}`).toBeGreaterThan(0)
    else expect(read).toContain('RAG_LOGGER_FILE_BROKEN')
  }
  const lines = whole.toString().split('\n')
  for (const changed of [
    [lines[0], lines[2], lines[1], ...lines.slice(3)],
    [lines[0], lines[1], lines[1], ...lines.slice(2)],
    [lines[0], ...lines.slice(2)]
  ]) {
    writeFileSync(file, changed.join('\n'))
    await expect(numbers()).rejects.toThrow('RAG_LOGGER_FILE_BROKEN')
  }
})

it('a service that wraps keys is waited for, also when it refuses for a while; no line is lost', async () => {
  const vault = new Map<string, Buffer>()
  let down = true
  let calls = 0
  const service = {
    keyId: 'vault/1',
    async wrap(dataKey: Buffer) {
      calls++
      await new Promise((resolve) => setTimeout(resolve, 20))
      if (down) throw new Error('the vault is sealed')
      vault.set(`w${calls}`, dataKey)
      return `w${calls}`
    },
    unwrap: (wrapped: string) => vault.get(wrapped)!
  }
  const logger = createLogger({ service: 's', destination: { file, encryption: service } })
  const control = logControl(logger)
  for (let n = 0; n < 10; n++) logger.info({ n })
  await new Promise((resolve) => setTimeout(resolve, 400))
  expect(control.account()).toMatchObject({ recorded: 10, queued: 10 })
  down = false
  await control.flush()
  expect(await control.shutdown(3000)).toEqual({ recorded: 10, exported: 10, dropped: 0, queued: 0 })
  expect(await numbers(file, service)).toEqual({ found: range(10), torn: 0 })
})

it('short writes and refusals at every point neither tear, double nor lose a line', async () => {
  const real = openLogFile(file)
  let calls = 0
  const faulty: LogFile = {
    ...real,
    write(buffer, offset, length) {
      calls++
      if (calls % 5 === 0) throw Object.assign(new Error('full'), { code: 'EAGAIN' })
      return real.write(buffer, offset, Math.min(length, 50))
    }
  }
  const sink = createWriter({ output: encryptFile(faulty, encryption), notices: { due() {}, last() {}, stop() {} } })
  for (let n = 0; n < 60; n++) {
    sink.write(`{"n":${n},"text":"é${'x'.repeat(n)}"}\n`)
    if (n % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await sink.flush()
  expect(sink.account()).toEqual({ recorded: 60, exported: 60, dropped: 0, queued: 0 })
  expect(await numbers()).toEqual({ found: range(60), torn: 0 })
})

it('a file that is taken away in the middle of a frame costs no line', async () => {
  const real = openLogFile(file)
  let full = false
  const faulty: LogFile = {
    ...real,
    write(buffer, offset, length) {
      if (full) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
      const taken = real.write(buffer, offset, Math.min(length, 100))
      full = true
      return taken
    }
  }
  const sink = createWriter({ output: encryptFile(faulty, encryption), notices: { due() {}, last() {}, stop() {} } })
  sink.write('{"n":0}\n')
  await new Promise((resolve) => setTimeout(resolve, 10))
  expect(sink.account().queued).toBe(1)
  rmSync(file)
  faulty.reopen!()
  await new Promise((resolve) => setTimeout(resolve, 600))
  for (let n = 0; n < 60 && sink.account().queued > 0; n++) {
    full = false
    await sink.flush(100)
  }
  expect(await numbers()).toEqual({ found: [0], torn: 0 })
})

it('rotation, compression and kill -9 at any moment lose no written line and double none', async () => {
  let handedOver = -1
  for (let round = 0; round < 5; round++) {
    const first = Math.max(handedOver, (await allNumbers()).at(-1) ?? -1) + 1
    const child = startFixture('rotate.ts', [file, String(first), encryption.key])
    let output = ''
    await new Promise<void>((resolve) => {
      child.stdout!.on('data', (data) => {
        if (output === '') setTimeout(() => child.kill('SIGKILL'), 60 + round * 41)
        output += data
      })
      child.on('close', () => resolve())
    })
    handedOver = Number(output.trim().split('\n').at(-1))
    const found = await allNumbers()
    expect(new Set(found).size).toBe(found.length)
    expect(found.slice(0, handedOver + 1)).toEqual(range(handedOver + 1))
  }
  await createRotatingFile(openLogFile(file), { bytes: 1e9, everyMs: Number.POSITIVE_INFINITY, gzipAfterMs: 0, keep: {} }).tidy()
  const compressed = readdirSync(directory).filter((name) => name.endsWith('.gz'))
  expect(compressed.length).toBeGreaterThan(3)
  expect(gunzipSync(readFileSync(join(directory, compressed[0]!))).toString()).toMatch(/^\{"segment":/)
}, 40_000)

it('a wrong encryption throws before anything is written', () => {
  for (const [secret, code] of [
    [{ keyId: 'k1', key: 'short' }, 'RAG_LOGGER_AUDIT_KEY'],
    [{ keyId: '', key: 'x'.repeat(32) }, 'RAG_LOGGER_OPTION'],
    [{ keyId: 'a"b', key: 'x'.repeat(32) }, 'RAG_LOGGER_OPTION'],
    [{ keyId: 'k1', wrap: () => 'w' }, 'RAG_LOGGER_OPTION']
  ] as const)
    expect(() => createLogger({ service: 's', destination: { file, encryption: secret } })).toThrow(code)
})
