// Writes the result as one page of Markdown tables.
import type { Recall } from './recall.js'
import type { Worst } from './worst.js'

export interface Column {
  name: string
  recall: Recall
  personal: Recall
  /** Percent of harmless lines that came out changed. */
  touched: number
}

interface Speed {
  [name: string]: { ns: number; ours: { median: number; spread: [number, number] } }
}

export interface Result {
  node: string
  columns: Column[]
  clean: { lines: number; touched: number; touchedWithPii: number; ids: number; idsTouched: number; idsTouchedWithPii: number }
  objects: Speed
  lines: Speed
  worst: { texts: Worst[]; values: Record<string, number>; rivals: Record<string, Record<string, number | undefined>> }
}

export function page(result: Result): string {
  return [
    'Percent of secrets that can no longer be read. Ours: the lowest of five seeds.',
    recallTable(result.columns),
    harmlessLine(result),
    'Personal data, with the profile `pii: true`; rivals as they come.',
    personalTable(result.columns),
    'Time for one record of about 20 keys, and for one clean line of 1 KB; how many times faster we are, median of the rounds and quartiles.',
    speedTable('record', result.objects),
    speedTable('line', result.lines),
    'Hostile inputs, best of three calls, in milliseconds: the five slowest of ' + result.worst.texts.length + '.',
    worstTable(result.worst.texts),
    valuesLine(result.worst.values),
    'The rivals on one hostile megabyte, in milliseconds.',
    rivalTable(result.worst.rivals)
  ].join('\n\n')
}

function recallTable(columns: readonly Column[]): string {
  const classes = Object.keys(columns[0]!.recall)
  return table(
    ['engine', ...classes, 'harmless lines touched'],
    columns.map(({ name, recall, touched }) => [name, ...classes.map((kind) => recall[kind]!), touched])
  )
}

function personalTable(columns: readonly Column[]): string {
  const kinds = Object.keys(columns[0]!.personal)
  return table(
    ['engine', ...kinds],
    columns.map(({ name, personal }) => [name, ...kinds.map((kind) => personal[kind]!)])
  )
}

function harmlessLine({ clean }: Result): string {
  return (
    `Of ${clean.lines} harmless lines a seed, real logs among them, ours touches ${clean.touched} %, with personal data on ${clean.touchedWithPii} %; ` +
    `of ${clean.ids.toLocaleString('en')} random ids ${clean.idsTouched} % and ${clean.idsTouchedWithPii} %.`
  )
}

function speedTable(item: string, speed: Speed): string {
  return table(
    [`engine, one ${item}`, 'µs', 'ours is faster by'],
    Object.entries(speed).map(([name, { ns, ours }]) => [name, (ns / 1000).toPrecision(3), `${ours.median} (${ours.spread.join('–')})`])
  )
}

function worstTable(texts: readonly Worst[]): string {
  const slowest = [...texts].sort((a, b) => b.tenMs - a.tenMs).slice(0, 5)
  return table(
    ['input, repeated', '1 MB', '10 MB', 'growth'],
    slowest.map(({ input, oneMs, tenMs }) => [`\`${input}\``, oneMs, tenMs, (tenMs / oneMs).toFixed(1)])
  )
}

const valuesLine = (values: Record<string, number>): string =>
  `Values: ${Object.entries(values)
    .map(([name, ms]) => `${name} ${ms} ms`)
    .join(', ')}.`

function rivalTable(rivals: Result['worst']['rivals']): string {
  const inputs = Object.keys(Object.values(rivals)[0] ?? {})
  return table(
    ['engine', ...inputs],
    Object.entries(rivals).map(([name, times]) => [name, ...inputs.map((input) => times[input] ?? '> 1000')])
  )
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
