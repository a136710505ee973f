// Masks what is secret in Authorization, Cookie and Set-Cookie, and keeps the scheme and the cookie names.
import type { Finding } from '../types.js'
import { codeAt, isSpace } from './chars.js'
import { isPlaceholder, markEnd } from './values.js'

/** Takes a finding. */
export type Collect = (finding: Finding) => void

const COOKIE_ATTRIBUTES = new Set([
  'path',
  'domain',
  'expires',
  'max-age',
  'samesite',
  'secure',
  'httponly',
  'priority',
  'partitioned',
  'version'
])
const SCHEME =
  /(?:Bearer|Basic|Token|Digest|ApiKey|Api-Key|Key|Negotiate|NTLM|AWS4-HMAC-SHA256|AWS4-ECDSA-P256-SHA256|AWS|OAuth|Hawk|SharedKey|SharedKeyLite|SharedAccessSignature|GoogleLogin|Splunk|Signature|DPoP|SSWS|Klaviyo-API-Key|DeepL-Auth-Key|Bot|JWT|GenieKey|Cloudinary|SAPISIDHASH|MediaBrowser|Mutual|HOBA|PrivateToken|Zoho-oauthtoken|Sentry|VAPID|Discogs|K-Auth|token|bearer|basic)(?=[\s+]|%20)/iy

/** Which of the headers with a grammar of their own a name is. */
export function headerKind(name: string): 'authorization' | 'cookie' | undefined {
  const length = name.length
  if (length < 6) return undefined
  const last = codeAt(name, length - 1) | 32
  if (last === 110 && /authorization$/i.test(name)) return 'authorization'
  if (last === 101 && /(?:^|[^A-Za-z])cookie$/i.test(name)) return 'cookie'
  return undefined
}

/** Collects the secrets between `start` and `end` of a header value; returns the end, or 0 if it has another shape. */
export function headerFindings(text: string, start: number, end: number, kind: 'authorization' | 'cookie', collect: Collect): number {
  return kind === 'cookie' ? cookieFindings(text, start, end, collect) : authorizationFindings(text, start, end, collect)
}

function authorizationFindings(text: string, start: number, end: number, collect: Collect): number {
  SCHEME.lastIndex = start
  const match = SCHEME.exec(text)
  if (!match || match.index !== start || start + match[0].length >= end) return 0
  let from = start + match[0].length
  while (from < end && (isSpace(codeAt(text, from)) || codeAt(text, from) === 43)) from++
  if (text.startsWith('%20', from)) from += 3
  if (from >= end) return 0
  const mark = markEnd(text, from)
  if (mark) return mark
  const scheme = match[0].toLowerCase()
  const pairs =
    /^[A-Za-z_-]{1,40}=[^=]/.test(text.slice(from, from + 48)) && /[,"]|Credential=/.test(text.slice(from, Math.min(end, from + 400)))
  if (pairs) {
    PAIR.lastIndex = from
    for (let pair = PAIR.exec(text); pair && pair.index < end; pair = PAIR.exec(text)) {
      const value = pair[2] ?? pair[3] ?? ''
      const at = pair.index + pair[0].lastIndexOf(value)
      if (value && SECRET_PAIR.test(pair[1]!) && !markEnd(text, at))
        collect({ start: at, end: Math.min(end, at + value.length), rule: 'authorization', fixed: 0 })
    }
    return end
  }
  let stop = from
  while (stop < end && !isSpace(codeAt(text, stop)) && !(codeAt(text, stop) === 44 && isSpace(codeAt(text, stop + 1)))) stop++
  if (stop - from < 2 || isPlaceholder(text.slice(from, Math.min(stop, from + 100)))) return 0
  if (
    /^(?:auth|authentication|authorization|header|headers|token|tokens|scheme|credentials|is|required)$/i.test(
      text.slice(from, Math.min(stop, from + 20))
    )
  )
    return 0
  collect({
    start: from,
    end: stop,
    rule: scheme === 'basic' ? 'basic-auth' : scheme === 'bearer' ? 'bearer-token' : 'authorization',
    fixed: 0
  })
  return stop
}

const PAIR = /([A-Za-z_-]{1,40})=(?:\\{0,7}"([^"\\]{0,4096})|([^\s,"\\]{1,4096}))/g
const SECRET_PAIR =
  /^(?:response|credential|signature|oauth_token|oauth_signature|oauth_consumer_key|mac|nonce|cnonce|id|token|key|api_key|apikey|password|secret|access_token)$/i

const MAX_NAME = 64
/** Characters without a cookie after which nothing is a list of cookies any more. */
const MAX_EMPTY = 512

function cookieFindings(text: string, start: number, end: number, collect: Collect): number {
  let at = start
  let any = false
  while (at < end) {
    let equals = 0
    let stop = at
    for (; stop < end; stop++) {
      const code = codeAt(text, stop)
      if (code === 59) break
      if (code === 61 && equals === 0) {
        if (stop === at) return any ? at : 0
        equals = stop
      }
      // No name of a cookie is that long: what follows is no list of cookies.
      if (equals === 0 && stop - at > MAX_NAME) return any ? at : 0
    }
    if (equals > at) {
      const name = text.slice(at, equals).trim()
      if (!COOKIE_ATTRIBUTES.has(name.toLowerCase()) && stop - equals > 1) {
        any = true
        if (!markEnd(text, equals + 1)) collect({ start: equals + 1, end: stop, rule: 'cookie', fixed: 0 })
      }
    }
    at = stop + 1
    if (!any && at - start > MAX_EMPTY) return 0
  }
  return any ? end : 0
}
