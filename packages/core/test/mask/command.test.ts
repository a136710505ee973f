// The command `npx @rag/core mask`, as a process of its own.
import { spawn } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { expand, seeded } from './templates.js'

const token = expand('ghp_{36:an}', seeded(10))

function run(words: readonly string[], input = ''): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const file = fileURLToPath(new URL('../../src/rag-core.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@rag/source', file, ...words])
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  child.stdin.end(input)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}

test('prints the masked text and counts by rule', async () => {
  const { code, stdout, stderr } = await run(['mask'], `token ${token}\npassword=hunter2abc\nagain ${token}\nこんにちは\n`)
  expect(stdout).toBe('token [masked:github-token]\npassword=[masked:key-name]\nagain [masked:github-token]\nこんにちは\n')
  expect(stderr).toBe('github-token  2\nkey-name      1\n')
  expect(code).toBe(0)
})

test('takes files, personal data, own keys, a form; counts as JSON; --check for scripts', async () => {
  const file = join(tmpdir(), `rag-core-mask-${process.pid}.txt`)
  await writeFile(file, `from 203.0.113.7 with badge: blue7\n${'x'.repeat(200_000)}\n`)
  try {
    const { code, stdout, stderr } = await run(['mask', '--pii=gdpr', '--keys', 'badge', '--json', '--check', file])
    expect(stdout).toBe(`from [masked:ip] with badge: [masked:key-name]\n${'x'.repeat(200_000)}\n`)
    expect(JSON.parse(stderr)).toEqual({ ip: 1, 'key-name': 1 })
    expect(code).toBe(1)
  } finally {
    await rm(file)
  }
})

test('says what is wrong and how to call it', async () => {
  expect(await run(['unmask'])).toMatchObject({ code: 2, stderr: expect.stringContaining('npx @rag/core mask') })
  expect(await run(['mask', '--pii=hipaa'])).toMatchObject({ code: 2, stderr: expect.stringContaining('appi, gdpr, pci') })
  expect(await run(['mask', '/no/such/file'])).toMatchObject({ code: 2, stderr: expect.stringContaining('ENOENT') })
  expect(await run(['mask'], 'clean\n')).toEqual({ code: 0, stdout: 'clean\n', stderr: 'nothing masked\n' })
})
