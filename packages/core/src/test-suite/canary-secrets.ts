// Fake secrets for the canary: fresh random values in documented formats, made at run time, so that none stands in a repository.
import { randomBytes } from 'node:crypto'

const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function letters(count: number): string {
  let out = ''
  for (const byte of randomBytes(count)) out += ALNUM[byte % ALNUM.length]
  // Each kind of character is there, as in nearly all real ones.
  return `${out.slice(0, -3)}aZ7`
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** One secret of each kind. */
export function fakeSecrets() {
  const body = Array.from({ length: 8 }, () => letters(64))
  return {
    openaiKey: `sk-proj-${letters(48)}`,
    anthropicKey: `sk-ant-api03-${letters(93)}AA`,
    githubToken: `ghp_${letters(36)}`,
    awsKeyId: `AKIA${letters(30)
      .toUpperCase()
      .replace(/[0189]/g, 'Q')
      .slice(0, 16)}`,
    slackToken: `xoxb-${randomBytes(6).readUIntBE(0, 6) % 1e12}-123456789012-${letters(24)}`,
    jwt: `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: letters(10), role: 'admin' })}.${letters(43)}`,
    /** Without a shape of its own: found by the name or the place in which it stands. */
    password: `pw-${letters(18)}`,
    session: letters(32),
    bearer: letters(40),
    privateKey: `-----BEGIN PRIVATE KEY-----\n${body.join('\n')}\n-----END PRIVATE KEY-----\n`
  }
}

/** The fake secrets of one canary, by kind. */
export type CanarySecrets = Readonly<ReturnType<typeof fakeSecrets>>
