// Walks a value of any shape into a plain, masked copy: getters read once, nothing thrown, nothing changed, work bounded.
import type { KeyJudge } from './keys.js'
import type { Session } from './session.js'
import { plainOf } from './shapes.js'
import { isKeyLike, KEY_RULE } from './text/assignments.js'
import { headerKind } from './text/headers.js'
import { looksRandom, markEnd } from './text/values.js'

/** Levels below which a value is replaced, as no log reader goes there. */
const MAX_DEPTH = 64
/** Values in one record, shared ones counted each time they show. */
const MAX_NODES = 250_000

/** Items of a list under the name of a secret. */
const MAX_ITEMS = 10_000

/** What the walk needs of its masker. */
export interface WalkTools {
  session: Session
  judge: KeyJudge
  count(rule: string): void
  drop: boolean
  header(name: string, value: string): string
  text(value: string): string
  /** Whether the key itself may hold a secret; cached. */
  suspectKey(key: string): boolean
  /** The kind of personal data that a name promises. */
  personalKey: ((key: string) => string | undefined) | undefined
}

interface Seen {
  out: unknown
  nodes: number
}

export interface Walk {
  value(value: unknown): unknown
}

export function walk(tools: WalkTools): Walk {
  const { session, judge } = tools
  let seen: Map<object, Seen> | undefined
  let nodes = 0
  let depth = 0

  function anything(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
        return tools.text(value)
      case 'number':
      case 'boolean':
      case 'undefined':
        return value
      case 'bigint':
        return tools.text(String(value))
      case 'symbol':
        return tools.text(String(value))
      case 'function':
        return undefined
      default:
        return value === null ? null : nested(value as object)
    }
  }

  function nested(value: object): unknown {
    const known = seen?.get(value)
    if (known) {
      if (known.out === seen) return '[circular]'
      nodes += known.nodes
      if (nodes > MAX_NODES) return refuse('too-large')
      return known.out
    }
    if (depth >= MAX_DEPTH) return refuse('too-deep')
    if (nodes > MAX_NODES) return refuse('too-large')
    seen ??= new Map()
    const entry: Seen = { out: seen, nodes: 0 }
    seen.set(value, entry)
    const before = nodes
    depth++
    try {
      entry.out = shape(value)
    } catch {
      entry.out = refuse('failure')
    } finally {
      depth--
    }
    entry.nodes = nodes - before + 1
    nodes++
    return entry.out
  }

  function shape(value: object): unknown {
    if (Array.isArray(value)) return list(value)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) {
      const plain = plainOf(value)
      if (plain !== undefined)
        return Array.isArray(plain) ? list(plain) : typeof plain === 'object' ? record(plain, false) : anything(plain)
    }
    return record(value)
  }

  /** `asks`: whether the value says by `toJSON` how it wants to be written; a stand-in of ours does not. */
  function record(value: object, asks = true): unknown {
    try {
      const json = asks && (value as { toJSON?: unknown }).toJSON
      if (typeof json === 'function') return anything(json.call(value))
    } catch {
      refuse('failure')
    }
    const copy = fieldsOf(value)
    if (Object.getOwnPropertySymbols(copy).length > 0)
      for (const symbol of Object.getOwnPropertySymbols(copy)) delete (copy as Record<symbol, unknown>)[symbol]
    const pair = pairKey(copy)
    for (const key in copy) {
      if (nodes > MAX_NODES) {
        delete copy[key]
        continue
      }
      nodes++
      const held = copy[key]
      const out =
        pair !== undefined && key === 'value' && judge.judge(copy[pair] as string) > 0
          ? property(copy[pair] as string, held)
          : property(key, held)
      if (out !== held) {
        if (out === '' && tools.drop) delete copy[key]
        else copy[key] = out
      }
      if (tools.suspectKey(key)) {
        const name = session.text(key)
        if (name !== key) {
          copy[name] = copy[key]
          delete copy[key]
        }
      }
    }
    return copy
  }

  /** One property; whatever fails in it costs this property only. */
  function property(key: string, value: unknown): unknown {
    if (value === undefined || value === null || typeof value === 'boolean') return value
    try {
      const verdict = judge.judge(key)
      if (verdict > 0) return secret(key, value, verdict === 2)
      const kind = tools.personalKey?.(key)
      return kind === undefined ? anything(value) : personal(kind, value)
    } catch {
      return refuse('failure')
    }
  }

  /** What is written as one text, such as a number or a date, goes whole; so does each item of a list. */
  function personal(kind: string, value: unknown): unknown {
    const out = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : anything(value)
    if (Array.isArray(out)) return out.map((item) => personal(kind, item))
    if (typeof out !== 'string') return out
    return out === '' || markEnd(out, 0) > 0 ? anything(out) : session.whole(kind, out)
  }

  function secret(key: string, value: unknown, strong: boolean): unknown {
    if (typeof value === 'string') {
      if (value === '' || markEnd(value, 0) === value.length) return value
      if (headerKind(key)) return tools.header(key, value)
      if (!strong && (!looksRandom(value, 0, value.length, 12) || (/key$/i.test(key) && !isKeyLike(value)))) return anything(value)
      return session.whole(KEY_RULE, value)
    }
    if (typeof value === 'number' || typeof value === 'bigint') {
      // `token: 5` counts something; a PIN or a password is a secret number.
      return strong && (typeof value === 'bigint' || !/tokens?$|keys?$|secrets?$|cookies?$|credentials?$/i.test(key))
        ? session.whole(KEY_RULE, String(value))
        : anything(value)
    }
    if (typeof value !== 'object' || value === null) return anything(value)
    if (!strong) {
      const out = anything(value)
      return typeof out === 'string' ? secret(key, out, false) : out
    }
    return leaves(value, key, 0)
  }

  /** Everything below a secret key is secret, whatever it is called. */
  function leaves(value: unknown, key: string, level: number): unknown {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return secret(key, value, true)
    if (typeof value !== 'object' || value === null) return anything(value)
    if (level > 8) return refuse('too-deep')
    if (++nodes > MAX_NODES) return refuse('too-large')
    if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => leaves(item, key, level + 1))
    const prototype: unknown = Object.getPrototypeOf(value)
    const plain = prototype === Object.prototype || prototype === null ? undefined : plainOf(value)
    if (typeof plain === 'string' || Array.isArray(plain)) return leaves(plain, key, level)
    const json = plain === undefined && (value as { toJSON?: unknown }).toJSON
    if (typeof json === 'function') return leaves(json.call(value), key, level + 1)
    const out: Record<string, unknown> = {}
    for (const [name, item] of Object.entries(fieldsOf(plain ?? value)))
      Object.defineProperty(out, name, { value: leaves(item, key, level + 1), enumerable: true, configurable: true, writable: true })
    return out
  }

  function list(value: readonly unknown[]): unknown {
    const length = value.length
    if (length === 2 && typeof value[0] === 'string' && judge.judge(value[0]) > 0) {
      // An object may be anything, but one that is written as a text, such as a date, is a value.
      const held = typeof value[1] === 'object' ? anything(value[1]) : value[1]
      return [value[0], typeof held === 'object' ? held : property(value[0], held)]
    }
    if (length >= 4 && length % 2 === 0 && isHeaderList(value)) return headerList(value)
    const out: unknown[] = []
    for (let index = 0; index < length; index++) {
      if (nodes > MAX_NODES) {
        out.push(refuse('too-large'))
        break
      }
      nodes++
      try {
        out.push(anything(value[index]))
      } catch {
        out.push(refuse('failure'))
      }
    }
    return out
  }

  function headerList(value: readonly unknown[]): unknown[] {
    const out: unknown[] = []
    for (let index = 0; index < value.length; index += 2) out.push(value[index], property(String(value[index]), value[index + 1]))
    return out
  }

  function isHeaderList(value: readonly unknown[]): boolean {
    let known = false
    for (let index = 0; index < value.length; index += 2) {
      const name = value[index]
      if (typeof name !== 'string' || name.length > 64 || !/^[A-Za-z][\w-]*$/.test(name)) return false
      known ||= judge.judge(name) > 0
      if (index > 200) break
    }
    return known
  }

  /** A copy of the properties; reads every getter exactly once. */
  function fieldsOf(value: object): Record<string, unknown> {
    try {
      return { ...(value as Record<string, unknown>) }
    } catch {
      return withoutGetters(value)
    }
  }

  /** A getter threw: which others were read is not known, and none is read twice. What is plain data stays. */
  function withoutGetters(value: object): Record<string, unknown> {
    const out: Record<string, unknown> = {}
    for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
      if (!descriptor.enumerable) continue
      const held = 'value' in descriptor ? (descriptor.value as unknown) : refuse('failure')
      Object.defineProperty(out, key, { value: held, enumerable: true, configurable: true, writable: true })
    }
    return out
  }

  function refuse(reason: 'failure' | 'too-deep' | 'too-large'): string {
    tools.count(reason)
    return `[masked:${reason}]`
  }

  return { value: anything }
}

/** `{ name, value }`, `{ key, value }`, `{ header, value }`: the property that holds the name of the other. */
function pairKey(record: Record<string, unknown>): string | undefined {
  if (!('value' in record)) return undefined
  for (const name of ['name', 'key', 'header', 'field', 'Name', 'Key', 'attribute']) if (typeof record[name] === 'string') return name
  return undefined
}
