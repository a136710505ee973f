// Divides every window of an expression, so that tests need not wait for hours.
import { duration, seconds } from '../config/duration.js'
import { parseExpression, replaceRanges } from './parse.js'

/** The expression with its ranges, offsets and steps divided by a factor. */
export function scaleExpression(expression: string, factor: number): string {
  if (factor === 1) return expression
  const { durations } = parseExpression(expression)
  return replaceRanges(
    expression,
    durations.map(({ from, to, text }) => ({ from, to, text: duration(seconds(text) / factor) }))
  )
}
