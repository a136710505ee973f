#!/usr/bin/env node
// The command `rag-audit`: verifies and reads audit logs. Keys come from the environment or from files, never from arguments.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { isRagError } from '@rag/core'
import { createAuditLog } from './audit/log.js'
import { readAuditLog } from './audit/read.js'
import { type VerifyOptions, verifyAuditLog } from './audit/verify.js'
import { readLogLines } from './read-log.js'

const USAGE = `rag-audit verify <file> [--anchor <seq>:<head>] [--public-key <pem file>] [--json]
rag-audit read <file> --why <text> [--who <name>] [--audit <file>]
rag-audit decrypt <log file> --why <text> --audit <file> [--who <name>]

  RAG_AUDIT_KEY or --key-file               the key of the chain
  RAG_AUDIT_ENCRYPTION_KEY with --key-id    the key of an encrypted log
  read records the reading first: in the log itself, or in --audit while a service writes it
`

interface Reader {
  who?: string | undefined
  why?: string | undefined
  audit?: string | undefined
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      anchor: { type: 'string' },
      audit: { type: 'string' },
      json: { type: 'boolean' },
      'key-file': { type: 'string' },
      'key-id': { type: 'string' },
      'public-key': { type: 'string' },
      who: { type: 'string' },
      why: { type: 'string' }
    }
  })
  const [command, file] = positionals
  if (file === undefined || !isCommand(command)) {
    process.stderr.write(USAGE)
    return 2
  }
  const key = values['key-file'] ? readFileSync(values['key-file'], 'utf8').trim() : (process.env['RAG_AUDIT_KEY'] ?? '')
  const encryptionKey = process.env['RAG_AUDIT_ENCRYPTION_KEY']
  const [seq, head] = values.anchor?.split(':') ?? []
  const options: VerifyOptions = {
    file,
    key,
    ...(encryptionKey && { encryption: { keyId: values['key-id'] ?? '1', key: encryptionKey } }),
    ...(head && { anchor: { seq: Number(seq), head } }),
    ...(values['public-key'] && { publicKey: readFileSync(values['public-key'], 'utf8') })
  }
  if (command === 'verify') return verify(options, values.json === true)
  return command === 'read' ? read(options, values) : decrypt(options, values)
}

async function verify(options: VerifyOptions, json: boolean): Promise<number> {
  const result = await verifyAuditLog(options)
  const { ok, records, head, firstBad, unproven } = result
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`)
  else {
    process.stdout.write(`${ok ? 'intact' : 'NOT INTACT'}: ${records} records, head ${head.seq}:${head.head}\n`)
    if (firstBad) process.stdout.write(`first bad: record ${firstBad.seq}, line ${firstBad.line}: ${firstBad.reason}\n`)
    for (const gap of unproven) process.stdout.write(`not proven: ${gap}\n`)
  }
  return ok ? 0 : 1
}

async function read(options: VerifyOptions, { who, why, audit: other }: Reader): Promise<number> {
  if (why === undefined) {
    process.stderr.write(USAGE)
    return 2
  }
  const audit = createAuditLog({
    file: other ?? options.file,
    key: options.key,
    ...(options.encryption && { encryption: options.encryption })
  })
  try {
    for (const record of await readAuditLog({ ...options, audit, why, ...(who !== undefined && { who }) }))
      process.stdout.write(`${JSON.stringify(record)}\n`)
    return 0
  } finally {
    await audit.close()
  }
}

/** The lines of an encrypted log file of the logger; the audit log says first who asked for them. */
async function decrypt({ file, key, encryption }: VerifyOptions, { who, why, audit: other }: Reader): Promise<number> {
  if (why === undefined || other === undefined || !encryption) {
    process.stderr.write(USAGE)
    return 2
  }
  const audit = createAuditLog({ file: other, key })
  try {
    await audit.access({ who: who ?? process.env['USER'] ?? 'unknown', what: 'decrypt', on: file, outcome: 'ok', why })
    const torn = (frames: number) => process.stderr.write(`${frames} unfinished frames were left out\n`)
    for await (const line of readLogLines({ file, encryption, onTorn: torn })) process.stdout.write(`${line}\n`)
    return 0
  } finally {
    await audit.close()
  }
}

function isCommand(command: string | undefined): command is 'verify' | 'read' | 'decrypt' {
  return command === 'verify' || command === 'read' || command === 'decrypt'
}

// A reader that goes away, such as head, changes no verdict.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.exit(2)
})

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    process.stderr.write(`${isRagError(error) ? error.message : String(error)}\n`)
    process.exitCode = 2
  }
)
