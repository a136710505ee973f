import { execFileSync, spawnSync } from 'node:child_process'
import { createHmac, generateKeyPairSync, randomBytes, verify } from 'node:crypto'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type AuditOptions, createAuditLog, createLogger, logControl, readAuditLog, verifyAuditLog } from '../src/index.js'
import { startFixture } from './support.js'

/** About a thousand acknowledgements. */
const ACKNOWLEDGED_BYTES = 72_000
const command = join(dirname(fileURLToPath(import.meta.url)), '../src/rag-audit.ts')
const key = randomBytes(32).toString('hex')
const encryption = { keyId: 'k1', key: randomBytes(32).toString('hex') }
let directory = ''
let file = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rag-audit-'))
  file = join(directory, 'audit.log')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function write(count: number, options: Partial<AuditOptions> = {}) {
  const audit = createAuditLog({ file, key, ...options })
  const anchors = []
  for (let n = 0; n < count; n++) anchors.push(await audit.append({ who: `user-${n}`, what: 'delete', on: `doc-${n}`, outcome: 'ok' }))
  await audit.close()
  return anchors
}

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

it.each([
  ['clear', undefined],
  ['encrypted', encryption]
])(
  'every change of one byte of a %s log is seen',
  async (_name, secret) => {
    const options = secret && { encryption: secret }
    const anchors = await write(8, options)
    const whole = readFileSync(file)
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at] = changed[at]! ^ (1 << (at % 8))
      writeFileSync(file, changed)
      const { ok } = await verifyAuditLog({ file, key, ...options, anchor: anchors.at(-1)! })
      if (ok) expect(`byte ${at}`).toBe('seen')
    }
  },
  60_000
)

it.each([
  ['clear', undefined],
  ['encrypted', encryption]
])('each link of a %s log is the HMAC that the documentation describes, in groups of any texts', async (_name, secret) => {
  const options = secret && { encryption: secret }
  // Longer than a block of SHA-256, so that RFC 2104 hashes it first.
  const longKey = key + key
  const audit = createAuditLog({ file, key: longKey, ...options })
  const names = ['é', 'x'.repeat(300), '', '日本\u{1f600}', 'a']
  const anchors = await Promise.all(names.map((who) => audit.append({ who, what: 'b' })))
  await audit.close()
  let link = '0'.repeat(64)
  const links: string[] = []
  for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
    const text = line.slice(0, line.lastIndexOf(',"mac":"'))
    link = createHmac('sha256', longKey).update(`${link}"}\n${text}`).digest('hex')
    expect((JSON.parse(line) as { mac: string }).mac).toBe(link)
    links.push(link)
  }
  // Behind the opening stands a line a record, or the line of the key and one for all.
  const linkOf = (index: number) => (secret ? links[2] : links[index + 1])
  expect(anchors).toEqual(names.map((_, index) => ({ seq: index + 1, head: linkOf(index) })))
  expect(await verifyAuditLog({ file, key: longKey, ...options, anchor: anchors[3]! })).toMatchObject({ ok: true, records: 7 })
})

it.each([
  ['clear', undefined],
  ['encrypted', encryption]
])('names the first bad record of an edit, a deletion, an insertion, a swap, a replay and a cut of a %s log', async (_name, secret) => {
  const options = secret && { encryption: secret }
  const anchors = await write(10, options)
  const lines = readFileSync(file, 'utf8').split('\n')
  // The first line of an encrypted log is that of its key.
  const first = secret ? 1 : 0
  const at = (seq: number) => lines[first + seq]!
  const edited = secret ? at(4).replace(/(?<=data":")./, (letter) => (letter === 'B' ? 'C' : 'B')) : at(4).replace('doc-3', 'doc-9')
  const replaced = (...changes: [number, string][]) => {
    const copy = [...lines]
    for (const [seq, line] of changes) copy[first + seq] = line
    return copy
  }
  const tampered: Record<string, [string[], number, string]> = {
    edit: [replaced([4, edited]), 4, 'it was changed'],
    renumbering: [replaced([4, at(4).replace('"seq":4', '"seq":9')]), 4, 'it says that it is 9: records from 4 on are missing'],
    deletion: [lines.filter((line) => line !== at(4)), 4, 'it says that it is 5'],
    insertion: [replaced([4, `${at(4).replace('"seq":4', '"seq":5')}\n${at(4)}`]), 4, 'it says that it is 5'],
    swap: [replaced([4, at(5)], [5, at(4)]), 4, 'it says that it is 5'],
    replay: [replaced([6, `${at(4)}\n${at(6)}`]), 6, 'inserted, doubled or moved'],
    cut: [[...lines.slice(0, first + 8), ''], 8, 'the log ends before the anchor']
  }
  for (const [kind, [changed, seq, reason]] of Object.entries(tampered)) {
    writeFileSync(file, changed.join('\n'))
    for (const known of [options, undefined])
      expect(await verifyAuditLog({ file, key, ...known, anchor: anchors.at(-1)! }), kind).toMatchObject({
        ok: false,
        firstBad: { seq, line: first + seq + (kind === 'cut' ? 0 : 1), reason: expect.stringContaining(reason) }
      })
  }
  const cut = await verifyAuditLog({ file, key, ...options })
  expect(cut.ok).toBe(true)
  expect(cut.unproven.join()).toContain('cut off')
})

it('an edit of records that were encrypted together names the first of them, and says up to which', async () => {
  const audit = createAuditLog({ file, key, encryption })
  await audit.append({ who: 'a', what: 'first' })
  await Promise.all(Array.from({ length: 150 }, (_, n) => audit.append({ who: `u${n}`, what: 'burst' })))
  await audit.close()
  const whole = readFileSync(file, 'utf8')
  for (const [seq, last] of [
    [2, 101],
    [102, 151]
  ]) {
    writeFileSync(file, whole.replace(new RegExp(`(?<="seq":${seq},"records":\\d+,"data":"....)..`), 'xx'))
    const { firstBad } = await verifyAuditLog({ file, key, encryption })
    expect(firstBad?.seq).toBe(seq)
    expect(firstBad?.reason).toContain(`up to ${last}`)
  }
})

it('whoever has the key of the chain verifies what is encrypted without reading it', async () => {
  const anchors = await write(3, { encryption })
  const result = await verifyAuditLog({ file, key, anchor: anchors[2]! })
  expect(result).toMatchObject({ ok: true, records: 5 })
  expect(result.unproven.join()).toContain('key of the encryption')
  expect((await verifyAuditLog({ file, key, encryption })).unproven.join()).not.toContain('key of the encryption')
  const audit = createAuditLog({ file: `${file}.readers`, key })
  await expect(readAuditLog({ file, key, audit })).rejects.toThrow('encrypted')
  await audit.close()
})

it('a log that is encrypted from some day on is one chain, and never goes on in clear', async () => {
  await write(2)
  const anchors = await write(2, { encryption })
  expect(await verifyAuditLog({ file, key, encryption, anchor: anchors[1]! })).toMatchObject({ ok: true, records: 8 })
  const audit = createAuditLog({ file: `${file}.readers`, key })
  const records = await readAuditLog({ file, key, encryption, audit })
  expect(records.map(({ who }) => who)).toEqual(['user-0', 'user-1', 'user-0', 'user-1'])
  await audit.close()
  const forgetful = createAuditLog({ file, key })
  await expect(forgetful.append({ who: 'a', what: 'b' })).rejects.toThrow('it is encrypted and no key was given')
  await forgetful.close().catch(() => {})
})

it('a log of the former format is named as such, by the check and by the writer', async () => {
  const clear = '{"seq":0,"time":"2026-01-02T03:04:05.678Z","kind":"open","id":"x","format":"rag-audit/2"'
  for (const text of [clear, '{"segment":"00","keyId":"k1","wrapped":"AA=="}']) {
    writeFileSync(file, `${text},"mac":"${'a'.repeat(64)}"}\n`)
    expect((await verifyAuditLog({ file, key })).firstBad).toMatchObject({
      seq: 0,
      line: 1,
      reason: expect.stringContaining('format before')
    })
    const audit = createAuditLog({ file, key })
    await expect(audit.append({ who: 'a', what: 'b' })).rejects.toThrow('format before')
    await audit.close().catch(() => {})
  }
})

it('what a killed process has left behind the line of its key does not break the chain', async () => {
  await write(1, { encryption })
  const before = readFileSync(file).length
  await write(1, { encryption })
  const whole = readFileSync(file, 'latin1')
  // Of the second opening stands the whole line of the key, and half a line.
  truncateSync(file, whole.indexOf('\n', before) + 30)
  const [anchor] = await write(1, { encryption })
  expect(await verifyAuditLog({ file, key, encryption, anchor: anchor! })).toMatchObject({ ok: true, records: 6 })
})

it('a rewritten log differs from its anchor, and another key sees nothing intact', async () => {
  const [anchor] = await write(3)
  rmSync(file)
  await write(3)
  expect((await verifyAuditLog({ file, key, anchor: anchor! })).firstBad?.reason).toContain('anchor')
  expect(await verifyAuditLog({ file, key: 'y'.repeat(32) })).toMatchObject({ ok: false, records: 0 })
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

it('every change of one byte of 64 KiB is seen, at bytes spread over all of it', async () => {
  const audit = createAuditLog({ file, key })
  const anchors = await Promise.all(Array.from({ length: 330 }, (_, n) => audit.append({ who: `user-${n}`, what: 'x'.repeat(40) })))
  await audit.close()
  const whole = readFileSync(file)
  expect(whole.length).toBeGreaterThan(65_536)
  // The stride is prime to the length of a record, so every place in a record comes up. `npm run bench -- audit --every-byte` tries all.
  for (let at = 0; at < whole.length; at += 53) {
    const changed = Buffer.from(whole)
    changed[at] = changed[at]! ^ (1 << (at % 8))
    writeFileSync(file, changed)
    if ((await verifyAuditLog({ file, key, anchor: anchors.at(-1)! })).ok) expect(`byte ${at}`).toBe('seen')
  }
}, 60_000)

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

it('the command verifies, reads and decrypts, and says in the log who did', async () => {
  const run = (values: string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, ['--import', 'tsx', '--conditions=@rag/source', command, ...values], {
      encoding: 'utf8',
      env: { ...process.env, RAG_AUDIT_KEY: key, ...env }
    })
  const [anchor] = await write(1)
  const verified = run(['verify', file, '--anchor', `${anchor!.seq}:${anchor!.head}`])
  expect(verified).toMatchObject({ status: 0, stdout: expect.stringContaining('intact: ') })
  const read = run(['read', file, '--why', 'review', '--who', 'auditor'])
  expect(
    read.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { what: string }).what)
  ).toEqual(['delete', 'read'])
  const log = join(directory, 'app.log')
  const logger = createLogger({ service: 's', destination: { file: log, encryption } })
  logger.info('secret words')
  await logControl(logger).shutdown(1000)
  const secret = { RAG_AUDIT_ENCRYPTION_KEY: encryption.key }
  const decrypted = run(['decrypt', log, '--key-id', 'k1', '--why', 'incident 7', '--who', 'operator', '--audit', file], secret)
  expect(decrypted).toMatchObject({ status: 0, stdout: expect.stringContaining('secret words') })
  expect(readFileSync(file, 'utf8')).toMatch(/"what":"decrypt","who":"operator","on":"[^"]*app.log","outcome":"ok","why":"incident 7"/)
  expect(run(['decrypt', log, '--key-id', 'k1'], secret).status).toBe(2)
  writeFileSync(file, readFileSync(file, 'utf8').replace('doc-0', 'doc-1'))
  expect(run(['verify', file])).toMatchObject({ status: 1, stdout: expect.stringContaining('NOT INTACT') })
}, 60_000)

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

it('reading is recorded before anything is shown, and refused when it cannot be', async () => {
  await write(2, { encryption })
  const audit = createAuditLog({ file, key, encryption })
  const records = await readAuditLog({ file, key, encryption, audit, who: 'auditor', why: 'review' })
  expect(records).toMatchObject([{ who: 'user-0' }, { who: 'user-1' }, { who: 'auditor', what: 'read', on: file, why: 'review' }])
  await audit.close()
  await expect(readAuditLog({ file, key, encryption, audit })).rejects.toThrow('RAG_LOGGER_AUDIT_WRITE')
})

it('a key can be rotated, and a service can wrap the keys', async () => {
  await write(1, { encryption })
  const rotated = { keyId: 'k2', key: randomBytes(32), keys: { k1: encryption.key } }
  await write(1, { encryption: rotated })
  expect(await verifyAuditLog({ file, key, encryption: rotated })).toMatchObject({ ok: true, records: 6 })
  expect(await verifyAuditLog({ file, key, encryption })).toMatchObject({ ok: false })
  rmSync(file)
  const vault = new Map<string, Buffer>()
  const service = {
    keyId: 'vault/1',
    wrap: async (dataKey: Buffer) => (vault.set('w1', dataKey), 'w1'),
    unwrap: async (wrapped: string) => vault.get(wrapped)!
  }
  const audit = createAuditLog({ file, key, encryption: service })
  await audit.append({ who: 'a', what: 'b' })
  await audit.close()
  expect(await verifyAuditLog({ file, key, encryption: service })).toMatchObject({ ok: true })
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
