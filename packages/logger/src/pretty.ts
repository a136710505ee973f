// A line for a person at a terminal. It is made from the finished line, so it holds nothing the line does not.
import type { Sink } from './destination/sink.js'
import { quote } from './escape.js'

const COLOURS: Readonly<Record<string, string>> = { trace: '90', debug: '36', info: '32', warn: '33', error: '31', fatal: '41;97' }
const HIDDEN: ReadonlySet<string> = new Set([
  'time',
  'level',
  'msg',
  'service',
  'version',
  'environment',
  'lineId',
  'spanId',
  'fingerprint'
])

/** A JSON line as coloured text; a line that is no JSON stays as it is. */
function prettyLine(line: string, colours: boolean): string {
  let record: Record<string, unknown>
  try {
    record = JSON.parse(line) as Record<string, unknown>
  } catch {
    return line
  }
  const paint = (code: string, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text)
  const level = String(record['level'])
  let text = `${paint('90', String(record['time']).slice(11, 23))} ${paint(COLOURS[level] ?? '0', level.toUpperCase().padEnd(5))} ${plainText(record['msg'] ?? '')}`
  let stack = ''
  for (const [key, value] of Object.entries(record)) {
    if (HIDDEN.has(key)) continue
    const trace = (value as { stack?: unknown } | null)?.stack
    if (typeof trace === 'string')
      stack += trace
        .split('\n')
        .map((frame) => `\n    ${plainText(frame)}`)
        .join('')
    else text += ` ${paint('90', `${plainText(key)}=`)}${typeof value === 'string' ? plainText(value) : JSON.stringify(value)}`
  }
  return `${text}${stack}\n`
}

/** What stands in a terminal must not steer it. */
function plainText(value: unknown): string {
  return quote(String(value)).slice(1, -1).replaceAll('\\"', '"').replaceAll('\\\\', '\\')
}

/** A sink that shows lines as text. */
export function prettySink(sink: Sink, colours: boolean): Sink {
  return { ...sink, write: (line) => sink.write(prettyLine(line, colours)) }
}
