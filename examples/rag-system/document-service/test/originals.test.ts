// The originals of uploads: whole or not there at all, also on a disk that is full.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { draftOriginal, originalsIn, removeOriginal } from '../src/originals.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rag-originals-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const original = (id: string, bytes: Buffer) => ({ id, type: 'text/plain', bytes })
const keepOriginal = async (one: ReturnType<typeof original>) => (await draftOriginal(folder, one)).keep()
const kept = async () => {
  const all = []
  for await (const one of originalsIn(folder)) all.push(one)
  return all
}

it('keeps a document under any name as it came, replaces it, and lets it go', async () => {
  await keepOriginal(original('../../etc/passwd', Buffer.from('one')))
  await keepOriginal(original('../../etc/passwd', Buffer.from([0xff, 10, 0])))
  expect(await kept()).toEqual([original('../../etc/passwd', Buffer.from([0xff, 10, 0]))])
  expect(readdirSync(folder)).toHaveLength(1)
  // What a killed process left half-written, and what somebody else put there, are no documents.
  const others = { 'draft.part': '{"id":"a","type":"text/plain"}\n', 'notes.md': '# Notes\n\nOf an operator.', empty: '' }
  for (const [name, text] of Object.entries(others)) writeFileSync(join(folder, name), text)
  expect(await kept()).toHaveLength(1)
  for (const name of Object.keys(others)) rmSync(join(folder, name))
  await removeOriginal(folder, '../../etc/passwd')
  expect(readdirSync(folder)).toEqual([])
})

it('puts a draft in the place of what was kept only when it is told to', async () => {
  await keepOriginal(original('plan', Buffer.from('first')))
  const draft = await draftOriginal(folder, original('plan', Buffer.from('second')))
  expect((await kept()).map(({ bytes }) => String(bytes))).toEqual(['first'])
  await draft.drop()
  expect(readdirSync(folder)).toHaveLength(1)
  await (await draftOriginal(folder, original('plan', Buffer.from('third')))).keep()
  expect((await kept()).map(({ bytes }) => String(bytes))).toEqual(['third'])
})

it('has nothing and removes nothing in a folder that is not there, and says when a folder cannot be read', async () => {
  rmSync(folder, { recursive: true })
  expect(await kept()).toEqual([])
  await removeOriginal(folder, 'plan')
  writeFileSync(folder, 'a file')
  await expect(kept()).rejects.toThrow('ENOTDIR')
})

it('answers a full disk with 507, leaves nothing half-written, and keeps what was there', async () => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    process.stderr.write('left out: a full disk, which needs the right to mount a tmpfs\n')
    return
  }
  try {
    await keepOriginal(original('small', Buffer.alloc(50_000, 'a')))
    const failure = await keepOriginal(original('large', Buffer.alloc(1_000_000, 'b'))).then(
      () => undefined,
      (error: { statusCode?: number; message: string; retryAfterSeconds?: number }) => error
    )
    expect(failure).toMatchObject({ statusCode: 507, retryAfterSeconds: 60 })
    expect(failure?.message).toContain('disk of the document store is full')
    expect(readdirSync(folder)).toHaveLength(1)
    expect((await kept())[0]?.bytes).toHaveLength(50_000)
  } finally {
    execFileSync('umount', ['-l', folder])
  }
})
