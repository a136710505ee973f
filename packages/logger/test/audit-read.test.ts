import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { createAuditLog, createLogger, logControl, readAuditLog, verifyAuditLog } from '../src/index.js'
import { directory, eachWithFile, encryption, file, key, write } from './audit-support.js'

const command = join(dirname(fileURLToPath(import.meta.url)), '../src/rag-audit.ts')
eachWithFile()

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

it('the command stays quiet when its reader goes away', async () => {
  await write(2)
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@rag/source', command, 'verify', file], {
    env: { ...process.env, RAG_AUDIT_KEY: key }
  })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.on('data', (data) => (stderr += data))
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
  expect(stderr).toBe('')
}, 30_000)

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
