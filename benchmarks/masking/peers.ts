// The named rivals behind one face: a text in, a text out; an object in, an object or a line out.

import { createRequire } from 'node:module'
import { DeepRedact } from '@hackylabs/deep-redact'

const require = createRequire(import.meta.url)

export interface Engine {
  name: string
  /** Masks a text; undefined when the engine only knows keys. */
  text?(value: string): string | Promise<string>
  /** Masks an object; undefined when the engine only knows texts. */
  object?(value: Record<string, unknown>): unknown
}

const KEYS = [
  'password',
  'passwd',
  'pwd',
  'secret',
  'token',
  'apiKey',
  'api_key',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'clientSecret',
  'privateKey',
  'credentials',
  'passphrase',
  'connectionString',
  'sessionToken',
  'idToken',
  'authToken',
  'secretKey',
  'accessKey',
  'pin',
  'cvv',
  'otp',
  'jwt'
]
/** 25 keys on four levels, as pino's documentation shows for nested keys. */
const PATHS = KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `*.*.*.${key}`])

/** All rivals that are installed, or the one of a name. */
export async function peers(only?: string): Promise<Engine[]> {
  const engines: Engine[] = []
  const add = async (name: string, make: () => Engine | Promise<Engine>): Promise<void> => {
    if (only !== undefined && only !== name) return
    try {
      engines.push(await make())
    } catch (error) {
      console.error(`${name} is left out: ${(error as Error).message.split('\n')[0]}`)
    }
  }
  await add('pino redact', () => {
    const pino = require('pino') as typeof import('pino').default
    let line = ''
    const logger = pino({ redact: PATHS, base: null, timestamp: false }, { write: (text: string) => void (line = text) })
    return { name: 'pino redact', object: (value) => (logger.info(value), line) }
  })
  await add('fast-redact', () => {
    const redact = (require('fast-redact') as (options: object) => (value: unknown) => unknown)({ paths: PATHS, strict: false })
    return { name: 'fast-redact', object: redact }
  })
  await add('deep-redact', () => {
    const engine = new DeepRedact({
      blacklistedKeys: KEYS,
      fuzzyKeyMatch: true,
      caseSensitiveKeyMatch: false,
      serialise: true
    } as ConstructorParameters<typeof DeepRedact>[0])
    return { name: 'deep-redact', object: (value) => engine.redact(value) }
  })
  await add('logtape', async () => {
    const all = (await import('@logtape/redaction')) as unknown as Record<string, unknown>
    const patterns = ['CREDIT_CARD_NUMBER_PATTERN', 'EMAIL_ADDRESS_PATTERN', 'JWT_PATTERN', 'US_SSN_PATTERN', 'KR_RRN_PATTERN']
      .map((name) => all[name])
      .filter(Boolean) as { pattern: RegExp; replacement: string }[]
    const byField = all['redactByField'] as (sink: (record: unknown) => void, options: object) => (record: unknown) => void
    let seen: unknown
    const sink = byField((record) => void (seen = record), { fieldPatterns: all['DEFAULT_REDACT_FIELDS'] })
    const text = (value: string): string =>
      patterns.reduce((out, { pattern, replacement }) => out.replaceAll(pattern, replacement as string), value)
    return {
      name: 'logtape',
      text,
      object: (properties) => (
        sink({ category: [], level: 'info', message: [''], rawMessage: '', timestamp: 0, properties }),
        text(JSON.stringify((seen as { properties: unknown }).properties))
      )
    }
  })
  await add('redactpii', async () => {
    const all = (await import('@redactpii/node')) as unknown as { Redactor: new (options?: object) => { redact(text: string): string } }
    const engine = new all.Redactor({ rules: { CREDIT_CARD: true, EMAIL: true, NAME: false, PHONE: true, SSN: true } })
    return { name: 'redactpii', text: (value) => engine.redact(value), object: (value) => engine.redact(JSON.stringify(value)) }
  })
  await add('openredaction', async () => {
    const all = (await import('@openredaction/openredaction')) as unknown as {
      OpenRedaction: new (options?: object) => { detect(text: string): { redacted: string } | Promise<{ redacted: string }> }
    }
    const engine = new all.OpenRedaction()
    return { name: 'openredaction', text: async (value) => (await engine.detect(value)).redacted }
  })
  await add('secretlint', async () => {
    const { lintSource } = (await import('@secretlint/core')) as unknown as {
      lintSource(options: object): Promise<{ messages: { range: [number, number] }[] }>
    }
    const { creator } = (await import('@secretlint/secretlint-rule-preset-recommend')) as { creator: unknown }
    const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, options: {} }] }
    return {
      name: 'secretlint',
      async text(value) {
        // It marks every call and never clears them.
        performance.clearMarks()
        performance.clearMeasures()
        const { messages } = await lintSource({ source: { filePath: 'a.txt', content: value, contentType: 'text' }, options: { config } })
        let out = value
        for (const { range } of messages.sort((a, b) => b.range[0] - a.range[0])) out = `${out.slice(0, range[0])}***${out.slice(range[1])}`
        return out
      }
    }
  })
  return engines
}
