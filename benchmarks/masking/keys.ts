// Private keys of every kind of block, real ones made for the run, whole, escaped and cut off.
import { generateKeyPairSync } from 'node:crypto'
import type { Random } from './random.js'
import type { Case } from './recall.js'

const LINE = 64

/** Blocks in the places in which they stand in logs. The secret is a line from the middle of the key. */
export function keyBlocks(random: Random): Case[] {
  return blocks(random).flatMap((block) => {
    const secret = block.split('\n').filter((line) => /^[A-Za-z0-9+/=]{20,}$/.test(line))[1]!
    const lines = block.trimEnd().split('\n')
    return [
      block,
      `loaded\n${block}\nthen started`,
      JSON.stringify({ level: 'info', key: block }),
      JSON.stringify({ body: JSON.stringify({ privateKey: block }) }),
      `PRIVATE_KEY="${block.trimEnd().replaceAll('\n', '\\n')}"`,
      `cut: ${lines.slice(0, -1).join('\n')}`,
      `値：${block}`,
      lines.map((line) => `    ${line}`).join('\n')
    ].map((line) => ({ line, secret }))
  })
}

function blocks(random: Random): string[] {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const pem = (type: 'pkcs1' | 'pkcs8', extra: object = {}): string => rsa.export({ type, format: 'pem', ...extra }) as string
  const wrapped = (label: string, close = label): string => {
    const body = Array.from({ length: 6 }, () => random.of('an', LINE)).join('\n')
    return `-----BEGIN ${label}-----\n${body}\n-----END ${close}-----\n`
  }
  return [
    pem('pkcs1'),
    pem('pkcs8'),
    pem('pkcs8', { cipher: 'aes-256-cbc', passphrase: 'for this run' }),
    wrapped('OPENSSH PRIVATE KEY'),
    wrapped('EC PRIVATE KEY'),
    wrapped('DSA PRIVATE KEY'),
    wrapped('PGP PRIVATE KEY BLOCK'),
    wrapped('ENCRYPTED PRIVATE KEY')
  ]
}
