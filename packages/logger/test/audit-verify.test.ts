import { createHmac } from 'node:crypto'
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createAuditLog, verifyAuditLog } from '../src/index.js'
import { eachWithFile, encryption, file, key, write } from './audit-support.js'

eachWithFile()

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
