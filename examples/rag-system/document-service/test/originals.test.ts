// The originals of uploads: whole or not there at all, also on a disk that is full.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { keepOriginal, removeOriginal } from '../src/originals.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rag-originals-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('keeps a document under any name, replaces it, and lets it go', async () => {
  await keepOriginal(folder, '../../etc/passwd', Buffer.from('one'))
  await keepOriginal(folder, '../../etc/passwd', Buffer.from('two'))
  const [name] = readdirSync(folder)
  expect(readFileSync(join(folder, name!), 'utf8')).toBe('two')
  expect(readdirSync(folder)).toHaveLength(1)
  await removeOriginal(folder, '../../etc/passwd')
  expect(readdirSync(folder)).toEqual([])
})

it('answers a full disk with 507, leaves nothing half-written, and keeps what was there', async () => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    process.stderr.write('left out: a full disk, which needs the right to mount a tmpfs\n')
    return
  }
  try {
    await keepOriginal(folder, 'small', Buffer.alloc(50_000, 'a'))
    const failure = await keepOriginal(folder, 'large', Buffer.alloc(1_000_000, 'b')).then(
      () => undefined,
      (error: { statusCode?: number; message: string; retryAfterSeconds?: number }) => error
    )
    expect(failure).toMatchObject({ statusCode: 507, retryAfterSeconds: 60 })
    expect(failure?.message).toContain('disk of the document store is full')
    const left = readdirSync(folder)
    expect(left).toHaveLength(1)
    expect(readFileSync(join(folder, left[0]!))).toHaveLength(50_000)
  } finally {
    execFileSync('umount', ['-l', folder])
  }
})
