// All calls of the matrix.
import type { Row } from './cells.js'
import { fetchRows } from './fetch-rows.js'
import { openaiRows } from './openai-rows.js'
import { anthropicRows, geminiRows } from './vendor-rows.js'

export const rows: readonly Row[] = [...openaiRows, ...anthropicRows, ...geminiRows, ...fetchRows]
