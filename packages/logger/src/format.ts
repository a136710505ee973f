// Fills `%s`, `%d`, `%i`, `%f`, `%j`, `%o` and `%O` of a message as pino does, from values that are already plain and masked.

const PLACEHOLDER = /%([sdifjoO%])/g

/** A message with its values filled in; values without a place are left out, places without a value stay. */
export function formatMessage(message: string, values: readonly unknown[]): string {
  if (values.length === 0) return message
  let next = 0
  return message.replace(PLACEHOLDER, (place, kind: string) => {
    if (kind === '%') return '%'
    if (next >= values.length) return place
    return show(kind, values[next++])
  })
}

function show(kind: string, value: unknown): string {
  switch (kind) {
    case 's':
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
    case 'd':
    case 'f':
      return String(Number(value))
    case 'i':
      return String(Math.floor(Number(value)))
    default:
      return typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? 'undefined')
  }
}
