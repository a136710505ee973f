// What a SQL statement reads and writes, as far as its text shows; in doubt it is not to be cached.

export interface Statement {
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  readonly cacheable: boolean
}

const NAME = String.raw`((?:"[^"]+"|[\w$]+)(?:\s*\.\s*(?:"[^"]+"|[\w$]+))*)`
const READS = new RegExp(
  String.raw`\b(?:from|join)\s+(?:only\s+|lateral\s+)?${NAME}((?:\s+(?:as\s+)?\w+)?(?:\s*,\s*${NAME}(?:\s+(?:as\s+)?\w+)?)*)`,
  'gi'
)
const WRITES = new RegExp(
  String.raw`\b(?:insert\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|merge\s+into|truncate(?:\s+table)?(?:\s+only)?|copy|alter\s+table(?:\s+if\s+exists)?(?:\s+only)?|drop\s+table(?:\s+if\s+exists)?|refresh\s+materialized\s+view(?:\s+concurrently)?)\s+${NAME}`,
  'gi'
)
const WRITING =
  /\b(?:insert|update|delete|merge|truncate|copy|alter|drop|create|grant|revoke|refresh|call|do|lock|vacuum|set|begin|commit|rollback)\b/i
/** Another value at each call, or a lock that must be taken. */
const VOLATILE =
  /\bfor\s+(?:no\s+key\s+)?(?:update|share|key\s+share)\b|\b(?:now|random|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|gen_random_uuid|uuid_generate_v\d|nextval|currval|lastval|setval|pg_\w+|txid_current)\s*\(|\bcurrent_(?:timestamp|time|date|user)\b|\blocaltime(?:stamp)?\b/i

export function describeStatement(text: string): Statement {
  const plain = withoutLiterals(text)
  const reads = new Set<string>()
  for (const [, first, rest = ''] of plain.matchAll(READS)) {
    reads.add(first!)
    for (const [, other] of rest.matchAll(new RegExp(String.raw`,\s*${NAME}`, 'g'))) reads.add(other!)
  }
  const writes = [...new Set([...plain.matchAll(WRITES)].map(([, name]) => name!))]
  const one = plain.trim().replace(/;\s*$/, '')
  const cacheable = /^(?:select|with|values|table)\b/i.test(one) && !one.includes(';') && !WRITING.test(one) && !VOLATILE.test(one)
  return { reads: [...reads], writes, cacheable }
}

/** Texts and comments may hold any word; quoted names stay. */
function withoutLiterals(text: string): string {
  return text.replace(/--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$[\s\S]*?\$\1\$|[eE]?'(?:[^'\\]|''|\\.)*'|"[^"]*"/g, (part) =>
    part.startsWith('"') ? part : part.startsWith('--') || part.startsWith('/*') ? ' ' : "''"
  )
}
