// Label values as they may be kept: short, well formed, without control characters.

/** What stands for every value beyond the bound of a label. */
export const OTHER = '__other__'

const MAX_BYTES = 128
const CONTROL = /[\u0000-\u001f\u007f\u2028\u2029]/g
const ESCAPED = /[\\"\n]/g
const ESCAPES: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }

/** Cuts to 128 bytes of UTF-8 between characters; a lone surrogate becomes U+FFFD. */
export function cleanValue(value: string): string {
  // No value needs more than its first characters; what follows is never encoded.
  const bytes = Buffer.from(value.length > MAX_BYTES ? value.slice(0, MAX_BYTES) : value)
  let end = Math.min(bytes.length, MAX_BYTES)
  if (end < bytes.length) while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end).replace(CONTROL, ' ')
}

export function escapeValue(value: string): string {
  return value.replace(ESCAPED, (character) => ESCAPES[character]!)
}

export function labelText(names: readonly string[], values: readonly string[]): string {
  let text = ''
  for (let index = 0; index < names.length; index++) text += `${index > 0 ? ',' : ''}${names[index]}="${escapeValue(values[index]!)}"`
  return text
}
