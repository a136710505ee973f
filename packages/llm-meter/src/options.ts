// Refuses options with which the meter cannot work.
import { checkOptions, RagError } from '@rag/core'
import type { MeterOptions } from './types.js'

const OPTIONS = [
  'prices',
  'onUsage',
  'observers',
  'mask',
  'streamUsage',
  'abandonAfter',
  'vendorSpans',
  'content',
  'estimate',
  'pacing',
  'countTokens'
] as const

/** @throws RagError `RAG_LLM_OPTION` or `RAG_CORE_UNKNOWN_OPTION` */
export function checkMeter(options: MeterOptions): void {
  checkOptions('createMeter', options, OPTIONS)
  const { onUsage, streamUsage, vendorSpans, content, estimate, pacing, countTokens } = options
  must(onUsage === undefined || typeof onUsage === 'function', 'onUsage', onUsage, 'give a function that takes a record')
  must(
    countTokens === undefined || typeof countTokens === 'function',
    'countTokens',
    countTokens,
    'give a function of the model and the body'
  )
  must(streamUsage === undefined || typeof streamUsage === 'boolean', 'streamUsage', streamUsage, 'give true or false')
  const spans = vendorSpans === undefined || ['auto', 'silence', 'keep'].includes(vendorSpans)
  must(spans, 'vendorSpans', vendorSpans, `use 'auto', 'silence' or 'keep'`)
  if (content) {
    checkOptions('createMeter content', content, ['sample', 'maxLength'])
    must(isShare(content.sample), 'content.sample', content.sample, 'give a share from 0 to 1')
    const whole = content.maxLength === undefined || (Number.isInteger(content.maxLength) && content.maxLength > 0)
    must(whole, 'content.maxLength', content.maxLength, 'give a number of characters above 0')
  }
  if (typeof estimate === 'object') {
    checkOptions('createMeter estimate', estimate, ['count'])
    const { count } = estimate
    must(count === undefined || typeof count === 'function', 'estimate.count', count, 'give a function of a text')
  } else must(estimate === undefined || typeof estimate === 'boolean', 'estimate', estimate, 'give true, false or { count }')
  if (pacing) {
    checkOptions('createMeter pacing', pacing, ['maxWait', 'reserve'])
    must(isShare(pacing.reserve), 'pacing.reserve', pacing.reserve, 'give a share from 0 to 1')
  }
}

function isShare(value: number | undefined): boolean {
  return value === undefined || (typeof value === 'number' && value >= 0 && value <= 1)
}

function must(holds: boolean, option: string, value: unknown, fix: string): void {
  if (!holds) throw new RagError('RAG_LLM_OPTION', { option, value, problem: 'the meter cannot work with it', fix })
}
