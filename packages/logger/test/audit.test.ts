import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, verify } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createAuditLog, verifyAuditLog } from '../src/index.js'
import { directory, eachWithFile, encryption, file, key, write } from './audit-support.js'
import { startFixture } from './support.js'

/** About a thousand acknowledgements. */
const ACKNOWLEDGED_BYTES = 72_000
eachWithFile()

it.each([
  ['clear', undefined],
  ['encrypted', encryption]
])('a %s log is acknowledged, chained and verified across openings', async (_name, secret) => {
  const options = secret && { encryption: secret }
  const first = await write(3, options)
  const second = await write(2, options)
  expect(second[0]!.seq).toBeGreaterThan(first[2]!.seq)
  const result = await verifyAuditLog({ file, key, ...options, anchor: second[1]! })
  // Two openings, five records, two heads.
  expect(result).toMatchObject({ ok: true, records: 9 })
  expect(result.unproven.join()).not.toContain('cut off')
  expect(readFileSync(file, 'utf8').includes('doc-1')).toBe(secret === undefined)
})

it('records that wait together are one group', async () => {
  const audit = createAuditLog({ file, key, encryption })
  await audit.append({ who: 'a', what: 'first' })
  await Promise.all(Array.from({ length: 500 }, (_, n) => audit.append({ who: `u${n}`, what: 'burst' })))
  await audit.close()
  expect(readFileSync(file, 'utf8').trim().split('\n').length).toBeLessThan(10)
  expect(await verifyAuditLog({ file, key, encryption })).toMatchObject({ ok: true, records: 503 })
})

it('heads are written in silence too, signed, and handed to the outside', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const heads: { seq: number; head: string; signature?: string }[] = []
  const audit = createAuditLog({ file, key, signingKey: privateKey, headEvery: 30, onHead: (head) => void heads.push(head) })
  await new Promise((resolve) => setTimeout(resolve, 300))
  await audit.append({ who: 'a', what: 'b' })
  await audit.close()
  expect(heads.length).toBeGreaterThan(2)
  // Whoever keeps the heads needs no other key to know who made them.
  expect(heads.map(({ head, signature }) => verify(null, Buffer.from(head), publicKey, Buffer.from(signature!, 'base64')))).not.toContain(
    false
  )
  expect(await verifyAuditLog({ file, key, publicKey, anchor: heads.at(-1)! })).toMatchObject({ ok: true })
  const other = generateKeyPairSync('ed25519').publicKey
  expect((await verifyAuditLog({ file, key, publicKey: other })).firstBad?.reason).toContain('signature')
})

it('a writer by another name of the file is refused too', async () => {
  const audit = createAuditLog({ file, key })
  await audit.append({ who: 'a', what: 'b' })
  symlinkSync(file, join(directory, 'link.log'))
  mkdirSync(join(directory, 'sub'))
  symlinkSync(directory, join(directory, 'sub', 'up'))
  for (const name of [join(directory, 'link.log'), join(directory, 'sub', 'up', 'audit.log')])
    expect(() => createAuditLog({ file: name, key })).toThrow('RAG_LOGGER_AUDIT_LOCKED')
  await audit.close()
})

it('a record is refused when the file was moved, removed, cut or written by somebody else, and taken when it is back', async () => {
  const audit = createAuditLog({ file, key })
  await audit.append({ who: 'a', what: 'first' })
  const whole = readFileSync(file)
  const changes: Record<string, [() => void, () => void]> = {
    moved: [() => renameSync(file, `${file}.1`), () => renameSync(`${file}.1`, file)],
    cut: [() => truncateSync(file, 10), () => writeFileSync(file, whole)],
    written: [() => appendFileSync(file, 'x'), () => truncateSync(file, whole.length)]
  }
  for (const [kind, [change, undo]] of Object.entries(changes)) {
    change()
    await expect(audit.append({ who: 'a', what: kind }), kind).rejects.toThrow('RAG_LOGGER_AUDIT_WRITE')
    undo()
  }
  const { seq, head } = await audit.append({ who: 'a', what: 'again' })
  rmSync(file)
  await expect(audit.append({ who: 'a', what: 'lost' })).rejects.toThrow('moved or removed')
  await expect(audit.close()).rejects.toThrow('moved or removed')
  writeFileSync(file, whole)
  expect(await verifyAuditLog({ file, key, anchor: { seq, head } })).toMatchObject({ ok: false })
})

it('any value can be a record, and none throws into the caller', async () => {
  const audit = createAuditLog({ file, key })
  let deep: unknown = 1
  for (let n = 0; n < 20_000; n++) deep = { deep }
  const cycle: Record<string, unknown> = { who: 'cycle', what: 'x' }
  cycle['self'] = cycle
  const throwing = {
    who: 'getter',
    get what(): never {
      throw new Error('no')
    }
  }
  const values = [
    { who: 'deep', what: deep },
    cycle,
    throwing,
    { who: 'big', what: 'x'.repeat(5_000_000) },
    { who: 'bidi\u202e\n', what: '\u0000\u2028', seq: 7, kind: 'head', mac: 'x' },
    new Map([['who', 'map']]),
    new Proxy({}, { ownKeys: () => [][1]!, getPrototypeOf: () => [][1]! })
  ]
  await Promise.all(values.map((value) => audit.append(value as never)))
  for (const wrong of [null, undefined, 'text', 7]) await expect(audit.append(wrong as never)).rejects.toThrow('RAG_LOGGER_AUDIT_WRITE')
  await audit.close()
  const { ok, records } = await verifyAuditLog({ file, key })
  expect({ ok, records }).toEqual({ ok: true, records: values.length + 2 })
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  expect(lines.every((line) => Buffer.byteLength(line) < 70_000 && !/[\u0000-\u001f\u2028\u202e]/.test(line))).toBe(true)
  expect(lines.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual(['open', ...values.map(() => 'record'), 'head'])
})

it('records that wait are bounded', async () => {
  const audit = createAuditLog({ file, key })
  const results = Array.from({ length: 100_003 }, () => audit.append({ who: 'a', what: 'b' }).then(({ seq }) => seq, String))
  const refused = (await Promise.all(results)).filter((result) => typeof result === 'string')
  expect(refused).toHaveLength(3)
  expect(refused[0]).toContain('RAG_LOGGER_AUDIT_WRITE')
  await audit.close()
  expect(await verifyAuditLog({ file, key })).toMatchObject({ ok: true })
}, 30_000)

it('a second writer is refused, here and in another process; a dead one is not waited for', async () => {
  const audit = createAuditLog({ file, key })
  await audit.append({ who: 'a', what: 'b' })
  expect(() => createAuditLog({ file, key })).toThrow('RAG_LOGGER_AUDIT_LOCKED')
  await audit.close()
  const child = startFixture('audit.ts', [file, key])
  await new Promise((resolve) => child.stdout!.once('data', resolve))
  expect(() => createAuditLog({ file, key })).toThrow('RAG_LOGGER_AUDIT_LOCKED')
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('exit', resolve))
  const after = createAuditLog({ file, key })
  await after.append({ who: 'a', what: 'c' })
  await after.close()
  expect(await verifyAuditLog({ file, key })).toMatchObject({ ok: true })
}, 30_000)

it.each([
  ['clear', '', 10],
  ['encrypted', encryption.key, 2]
])(
  'kill -9 loses no acknowledged record of a %s log',
  async (_name, secret, rounds) => {
    const options = secret === '' ? {} : { encryption }
    let last = { seq: -1, head: '' }
    let acknowledged = 0
    for (let round = 0; round < rounds; round++) {
      const child = startFixture('audit.ts', [file, key, secret])
      let output = ''
      // Killed in the middle of its work, each time a little later.
      child.stdout!.on('data', (data) => {
        output += data
        if (output.length > ACKNOWLEDGED_BYTES + round * 7919) child.kill('SIGKILL')
      })
      await new Promise((resolve) => child.once('close', resolve))
      const lines = output.slice(0, output.lastIndexOf('\n')).split('\n')
      acknowledged += lines.length
      const [seq, head] = lines.at(-1)!.split(' ')
      last = { seq: Number(seq), head: head! }
      // What was cut off by the kill is no acknowledged record; the next writer removes it.
      const { firstBad, head: reached } = await verifyAuditLog({ file, key, ...options, anchor: last })
      expect(reached.seq).toBeGreaterThanOrEqual(last.seq)
      if (firstBad) expect(firstBad.reason).toContain('incomplete')
    }
    const audit = createAuditLog({ file, key, ...options })
    await audit.append({ who: 'a', what: 'after' })
    await audit.close()
    const result = await verifyAuditLog({ file, key, ...options, anchor: last })
    expect(result).toMatchObject({ ok: true })
    expect(result.records).toBeGreaterThan(acknowledged)
    expect(acknowledged).toBeGreaterThanOrEqual(rounds * 1000)
  },
  120_000
)

it('the figures of a log go to metrics: records, refusals, and what checks of its own file found', async () => {
  const figures: Record<string, number> = {}
  const observer = {
    id: 'metrics',
    service: 's',
    source(source: { read(emit: (name: string, value: number) => void): void }) {
      read = () => source.read((name, value) => (figures[name] = value))
      return () => (read = () => {})
    }
  }
  let read = () => {}
  const audit = createAuditLog({ file, key, verifyEvery: 50, observers: [observer as never] })
  await audit.append({ who: 'a', what: 'b' })
  await new Promise((resolve) => setTimeout(resolve, 200))
  read()
  expect(figures).toMatchObject({ rag_audit_records_total: 1, rag_audit_failures_total: 0, rag_audit_broken_total: 0 })
  expect(figures['rag_audit_verified_timestamp_seconds']).toBeGreaterThan(Date.now() / 1000 - 60)
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('"who":"a"', '"who":"c"'))
  await new Promise((resolve) => setTimeout(resolve, 200))
  read()
  expect(figures['rag_audit_broken_total']).toBeGreaterThan(0)
  await audit.close()
  await expect(audit.append({ who: 'a', what: 'late' })).rejects.toThrow('RAG_LOGGER_AUDIT_WRITE')
})

it('a full disk refuses records and leaves the log intact', async () => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory], { stdio: 'ignore' })
  } catch {
    process.stderr.write('left out: an audit log on a full disk, which needs the right to mount a tmpfs\n')
    return
  }
  try {
    for (const secret of [undefined, encryption]) {
      rmSync(file, { force: true })
      const options = secret && { encryption: secret }
      const audit = createAuditLog({ file, key, ...options })
      await audit.append({ who: 'a', what: 'first' })
      writeFileSync(join(directory, 'ballast'), Buffer.alloc(40 * 1024))
      const results = await Promise.allSettled(Array.from({ length: 300 }, () => audit.append({ who: 'a', what: 'x'.repeat(300) })))
      expect(results.some(({ status }) => status === 'rejected')).toBe(true)
      rmSync(join(directory, 'ballast'))
      const { seq, head } = await audit.append({ who: 'a', what: 'again' })
      await audit.close()
      expect(await verifyAuditLog({ file, key, ...options, anchor: { seq, head } })).toMatchObject({ ok: true })
    }
  } finally {
    execFileSync('umount', ['-l', directory])
  }
})

it('reserved fields cannot be forged and wrong options throw', async () => {
  const audit = createAuditLog({ file, key })
  await audit.append({ who: 'a', what: 'b', seq: 99, time: 'never', kind: 'head', mac: 'x' })
  await audit.close()
  expect(readFileSync(file, 'utf8').split('\n')[1]).toMatch(
    /^\{"seq":1,"time":"20\d\d-.*"kind":"record","who":"a","what":"b","mac":"[0-9a-f]{64}"\}$/
  )
  expect(() => createAuditLog({ file, key: 'short' })).toThrow('RAG_LOGGER_AUDIT_KEY')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  for (const signingKey of ['no key', privateKey, generateKeyPairSync('ed25519').publicKey])
    expect(() => createAuditLog({ file, key, signingKey })).toThrow('no private key of Ed25519')
  await expect(verifyAuditLog({ file, key, publicKey: 'no key' })).rejects.toThrow('no public key of Ed25519')
  expect(() => createAuditLog({ file: '', key })).toThrow('RAG_LOGGER_OPTION')
  expect(() => createAuditLog({ file, key, signKey: 1 } as never)).toThrow('RAG_CORE_UNKNOWN_OPTION')
})
