#!/usr/bin/env node
// The command of this package: `npx @rag/core mask < file` prints the text masked, and on the error stream what was masked by which rule.
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { parseArgs } from 'node:util'
import { isRagError } from './errors.js'
import { createMasker, type Masker, type MaskerOptions } from './mask/index.js'

const USAGE = `npx @rag/core mask [file …] < text

  --pii [profile]   personal data too: all kinds, or appi, gdpr, pci      (--pii=gdpr)
  --keys <names>    further secret key names, separated by commas
  --form <form>     kind, last4 or drop                                   (default kind)
  --json            the counts as one line of JSON
  --check           exit code 1 when something was masked
`

async function main(words: string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    // A bare --pii means all kinds.
    args: words.map((word) => (word === '--pii' ? '--pii=all' : word)),
    allowPositionals: true,
    options: {
      check: { type: 'boolean' },
      form: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean' },
      keys: { type: 'string' },
      pii: { type: 'string' }
    }
  })
  const [command, ...files] = positionals
  if (values.help) {
    process.stdout.write(USAGE)
    return 0
  }
  if (command !== 'mask') {
    process.stderr.write(USAGE)
    return 2
  }
  const { pii, keys, form } = values
  const masker = createMasker({
    ...(pii !== undefined && { pii: (pii === 'all' ? true : pii) as NonNullable<MaskerOptions['pii']> }),
    ...(keys !== undefined && { keys: keys.split(',') }),
    ...(form !== undefined && { form: form as NonNullable<MaskerOptions['form']> })
  })
  if (files.length === 0) await maskStream(process.stdin, masker)
  else for (const file of files) await maskStream(createReadStream(file), masker)
  const counts = countsOf(masker)
  process.stderr.write(values.json ? `${JSON.stringify(Object.fromEntries(counts))}\n` : report(counts))
  return values.check && counts.length > 0 ? 1 : 0
}

/** Memory stays bounded: a text of any length passes in chunks. */
async function maskStream(input: AsyncIterable<unknown> & { setEncoding(encoding: 'utf8'): unknown }, masker: Masker): Promise<void> {
  input.setEncoding('utf8')
  const stream = masker.stream()
  for await (const chunk of input) await write(stream.push(String(chunk)))
  await write(stream.flush())
}

async function write(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain')
}

function countsOf(masker: Masker): [rule: string, count: number][] {
  const counts: [string, number][] = []
  masker.source.read((_metric, value, labels) => void counts.push([String(labels?.['rule'] ?? ''), value]))
  return counts.sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
}

function report(counts: readonly [string, number][]): string {
  if (counts.length === 0) return 'nothing masked\n'
  const width = Math.max(...counts.map(([rule]) => rule.length))
  return counts.map(([rule, count]) => `${rule.padEnd(width)}  ${count}\n`).join('')
}

// Whoever reads the output may leave early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
  },
  (error: Error) => {
    process.stderr.write(`${isRagError(error) ? error.message : error.message.split('\n')[0]}\n`)
    process.exitCode = 2
  }
)
