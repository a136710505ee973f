// The canary: plants fake secrets at every entry of an application and fails if one of them shows at an exit.
import { type CanarySecrets, fakeSecrets } from './canary-secrets.js'
import { request } from './http-client.js'

export type { CanarySecrets } from './canary-secrets.js'

/** A secret that showed at an exit. */
export interface CanaryLeak {
  exit: string
  kind: string
  /** How it stood there: as it is, in base64, percent-encoded, in hexadecimal. */
  as: string
  /** What stood around it. */
  excerpt: string
}

/** An exit that is watched: a log destination, a stream, a place to put texts. */
export interface CanaryExit {
  write(chunk: string | Uint8Array): boolean
}

export interface Canary {
  /** The fake secrets, to plant at entries that the canary does not know: jobs, queues, prompts, the environment. */
  readonly secrets: CanarySecrets
  /** Fields of a log call or a job that carry secrets under telling names and inside texts. */
  fields(): Record<string, unknown>
  /** An error with secrets in its message, its properties, its cause and an HTTP client's configuration. */
  error(): Error
  /** A question to a model with secrets in it. */
  prompt(): string
  /** Sends requests to an HTTP server on loopback with secrets in path, query, headers, cookies and bodies; returns how many. */
  visit(port: number, paths?: readonly string[]): Promise<number>
  /** A named exit; what is written to it is kept and searched. */
  exit(name: string): CanaryExit
  /** Everything that showed so far. */
  leaks(): CanaryLeak[]
  /** Fails when a secret showed, when nothing was written to an exit, or when there is no exit. */
  assertClean(): void
}

/**
 * Makes a canary with fresh fake secrets.
 *
 * @example
 * const canary = createCanary()
 * const obs = observability({ service: 'app', logger: { destination: canary.exit('logs') } })
 * await canary.visit(port, ['/', '/login'])
 * canary.exit('metrics').write(await obs.metrics.text())
 * canary.assertClean()
 */
export function createCanary(): Canary {
  const secrets = fakeSecrets()
  const exits = new Map<string, string[]>()
  const needles = needlesOf(secrets)

  const leaks = (): CanaryLeak[] => {
    const found: CanaryLeak[] = []
    for (const [exit, chunks] of exits) {
      const text = chunks.join('')
      for (const { kind, as, value } of needles) {
        const at = text.indexOf(value)
        if (at >= 0) found.push({ exit, kind, as, excerpt: text.slice(Math.max(0, at - 60), at + value.length + 20) })
      }
    }
    return found
  }

  return {
    secrets,
    fields: () => fieldsOf(secrets),
    error: () => errorOf(secrets),
    prompt: () =>
      `My key is ${secrets.openaiKey} and the password is ${secrets.password}. Why does {"token":"${secrets.githubToken}"} fail?`,
    visit: (port, paths = ['/']) => visit(port, paths, secrets),
    exit(name) {
      const chunks = exits.get(name) ?? []
      exits.set(name, chunks)
      return {
        write(chunk) {
          chunks.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1'))
          return true
        }
      }
    },
    leaks,
    assertClean() {
      if (exits.size === 0) throw new Error('the canary watches no exit: give it one with exit(name)')
      for (const [exit, chunks] of exits)
        if (chunks.length === 0) throw new Error(`nothing was written to the exit "${exit}": what is not seen proves nothing`)
      const found = leaks()
      if (found.length === 0) return
      const list = found.map(
        ({ exit, kind, as, excerpt }) => `  ${exit}: ${kind}${as === 'plain' ? '' : ` in ${as}`}, at ${JSON.stringify(excerpt)}`
      )
      throw new Error(`${found.length} fake secrets came out:\n${list.join('\n')}`)
    }
  }
}

/** Both halves of every secret in the forms that an exit may give them; half a secret is a leak as well. */
function needlesOf(secrets: CanarySecrets): { kind: string; as: string; value: string }[] {
  return Object.entries(secrets).flatMap(([kind, secret]) => {
    const body = kind === 'privateKey' ? secret.split('\n')[3]! : secret
    const middle = body.length >> 1
    return [body.slice(kind === 'awsKeyId' ? 4 : 0, middle), body.slice(middle)].flatMap((value) => [
      { kind, as: 'plain', value },
      { kind, as: 'hexadecimal', value: Buffer.from(value).toString('hex') },
      // In base64 a text looks different at each of three offsets; the edges depend on its neighbours.
      ...[0, 1, 2].map((offset) => ({
        kind,
        as: 'base64',
        value: Buffer.from(`${'\0'.repeat(offset)}${value}`)
          .toString('base64')
          .replace(/=+$/, '')
          .slice(offset === 0 ? 0 : 4, -2)
      })),
      ...(encodeURIComponent(value) === value ? [] : [{ kind, as: 'percent-encoding', value: encodeURIComponent(value) }])
    ])
  })
}

function fieldsOf(secrets: CanarySecrets): Record<string, unknown> {
  return {
    password: secrets.password,
    note: `deployed with ${secrets.githubToken}`,
    config: { apiKey: secrets.openaiKey, nested: [{ Authorization: `Bearer ${secrets.bearer}` }] },
    headers: [
      ['cookie', `sid=${secrets.session}`],
      ['x-api-key', secrets.anthropicKey]
    ],
    url: `postgres://app:${secrets.password}@db.example.com/main`,
    payload: JSON.stringify({ inner: JSON.stringify({ token: secrets.slackToken }) }),
    key: secrets.privateKey,
    list: new Map([['secret', secrets.session]])
  }
}

function errorOf(secrets: CanarySecrets): Error {
  const cause = Object.assign(new Error(`401 for token ${secrets.jwt}`), {
    config: {
      headers: { Authorization: `Bearer ${secrets.bearer}`, Cookie: `sid=${secrets.session}` },
      auth: { password: secrets.password }
    },
    request: { _header: `GET / HTTP/1.1\r\nAuthorization: Bearer ${secrets.bearer}\r\n\r\n` }
  })
  return Object.assign(new Error(`cannot reach https://app:${secrets.password}@api.example.com/?api_key=${secrets.openaiKey}`, { cause }), {
    apiKey: secrets.anthropicKey,
    pem: secrets.privateKey
  })
}

async function visit(port: number, paths: readonly string[], secrets: CanarySecrets): Promise<number> {
  let sent = 0
  const send = async (path: string, init: Parameters<typeof request>[2]): Promise<void> => {
    await request(port, path, init)
    sent++
  }
  const headers = {
    authorization: `Bearer ${secrets.bearer}`,
    cookie: `sid=${secrets.session}; theme=dark`,
    'x-api-key': secrets.anthropicKey,
    'user-agent': `client/1.0 (${secrets.githubToken})`,
    referer: `https://app.example.com/?access_token=${secrets.jwt}`
  }
  for (const path of paths) {
    const query = `api_key=${secrets.openaiKey}&token=${secrets.session}&next=${encodeURIComponent(`/cb?password=${secrets.password}`)}`
    await send(`${path}${path.includes('?') ? '&' : '?'}${query}`, { headers })
    await send(`${path.replace(/\/$/, '')}/${secrets.githubToken}`, { headers: { authorization: `Basic ${basic(secrets)}` } })
    await send(path, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ user: 'canary', password: secrets.password, profile: { awsKey: secrets.awsKeyId, pem: secrets.privateKey } })
    })
    await send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `password=${secrets.password}&token=${secrets.slackToken}`
    })
  }
  return sent
}

const basic = (secrets: CanarySecrets): string => Buffer.from(`canary:${secrets.password}`).toString('base64')
