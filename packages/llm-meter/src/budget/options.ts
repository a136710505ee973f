// Refuses budgets that cannot work.
import { RagError } from '@rag/core'
import type { BudgetOptions, BudgetStore } from './types.js'

export const OPTIONS = [
  'name',
  'per',
  'window',
  'timeZone',
  'limit',
  'soft',
  'onSoft',
  'store',
  'onStoreDown',
  'downgrade',
  'maxOutputTokens',
  'reservationTtl'
] as const

/** @throws RagError `RAG_LLM_OPTION` */
export function checkBudget({ name, per, limit, soft, onStoreDown, onSoft, store, downgrade, maxOutputTokens }: BudgetOptions): void {
  const refuse = (option: string, value: unknown, problem: string, fix: string): never => {
    throw new RagError('RAG_LLM_OPTION', { option, value, problem, fix })
  }
  if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name))
    refuse('name', name ?? 'missing', 'a budget needs a short plain name', `name it, such as 'tenants-daily'`)
  const known = per === undefined || per === 'user' || per === 'tenant' || per === 'model' || typeof per?.tag === 'string'
  if (!known) refuse('per', per, 'this is no subject', `use 'user', 'tenant', 'model' or { tag: 'team' }`)
  const values = Object.entries(limit ?? {})
  if (values.length === 0) refuse('limit', limit, 'it is empty', 'give usd, tokens or requests')
  for (const [kind, value] of values) {
    if (!['usd', 'tokens', 'requests'].includes(kind))
      refuse(`limit.${kind}`, value, 'there is no such limit', 'give usd, tokens or requests')
    if (typeof value !== 'number' || !(value >= 0) || !Number.isFinite(value))
      refuse(`limit.${kind}`, value, 'this is no limit', 'give a number of 0 or more')
  }
  if (soft !== undefined && !(soft > 0 && soft <= 1)) refuse('soft', soft, 'this is no share', 'give a number above 0 and up to 1')
  if (onStoreDown !== undefined && onStoreDown !== 'open' && onStoreDown !== 'closed')
    refuse('onStoreDown', onStoreDown, 'this is no choice', `use 'open' or 'closed'`)
  if (onSoft !== undefined && typeof onSoft !== 'function') refuse('onSoft', onSoft, 'this is no function', 'give a function of the state')
  if (store !== undefined && ['reserve', 'settle', 'peek'].some((method) => typeof store?.[method as keyof BudgetStore] !== 'function'))
    refuse('store', store, 'this is no store', 'give redisStore({ client }) or an object with reserve, settle and peek')
  if (downgrade !== undefined && typeof downgrade !== 'function' && (typeof downgrade !== 'object' || downgrade === null))
    refuse('downgrade', downgrade, 'this names no cheaper model', `give { 'gpt-5': 'gpt-5-mini' } or a function of the model`)
  if (maxOutputTokens !== undefined && !(Number.isFinite(maxOutputTokens) && maxOutputTokens >= 0))
    refuse('maxOutputTokens', maxOutputTokens, 'this is no count', 'give a number of 0 or more')
}
