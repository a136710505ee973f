// Writes the result as one page of Markdown tables.

import { table } from '../docs.js'
import { goals } from './goals.js'
import type { Recall } from './recall.js'
import { LIMIT_MS } from './rival-worst.js'
import type { Sweep, Worst } from './worst.js'

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
  urls: Speed
  worst: { texts: Sweep; values: Record<string, number>; rivals: Record<string, Record<string, number | undefined>> }
}

export function page(result: Result): string {
  return [
    goalLine(result),
    goalTable(result),
    `Percent of secrets that can no longer be read, on Node ${result.node}. Ours: the lowest of five seeds; rivals: one case in sixteen of the first, and one harmless line in four. The last four columns but one are rebuilt forms of what the public scanners test themselves with, not their files.`,
    recallTable(result.columns),
    harmlessLine(result),
    'Personal data, with the profile `pii: true`; rivals as they come.',
    personalTable(result.columns),
    'Time for one record of about 20 keys, for one clean line of 1 KB, and for one clean path with a query; how many times faster we are, median of the rounds and quartiles.',
    speedTable('record', result.objects),
    speedTable('line', result.lines),
    speedTable('path with a query', result.urls),
    `Hostile inputs, best of two calls, in milliseconds: the slowest of ${result.worst.texts.inputs.toLocaleString('en')}, which a generator makes of every rule, key name and sign.`,
    worstTable(result.worst.texts.slowest),
    valuesLine(result.worst.values),
    `The rivals on one hostile megabyte, in milliseconds; each is stopped after ${LIMIT_MS}.`,
    rivalTable(result.worst.rivals)
  ].join('\n\n')
}

/** A text as code in a cell: as JSON writes it, without bars and back-ticks that the table would read. */
const code = (text: string): string => `\`${JSON.stringify(text).slice(1, -1).replaceAll('|', '¦').replaceAll('`', "'")}\``

function goalLine(result: Result): string {
  const all = goals(result)
  const missed = all.filter(({ holds }) => !holds)
  return `${all.length - missed.length} of ${all.length} goals hold${missed.length === 0 ? '' : `; not: ${missed.map(({ goal }) => goal).join('; ')}`}.`
}

const goalTable = (result: Result): string =>
  table(
    ['goal', 'bound', 'measured', 'holds'],
    goals(result).map(({ goal, bound, measured, holds }) => [goal, bound, measured, holds ? 'yes' : 'NO'])
  )

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
  return table(
    ['input, repeated', '1 MB', '10 MB', 'growth'],
    texts.map(({ input, oneMs, tenMs }) => [code(input), oneMs, tenMs, (tenMs / oneMs).toFixed(1)])
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
    Object.entries(rivals).map(([name, times]) => [
      name,
      ...inputs.map((input) => (input in times ? (times[input] ?? `> ${LIMIT_MS}`) : 'not run'))
    ])
  )
}
