// Opens a call: budgets first, so that a refused call sends nothing and leaves no record of its own.
import { Call } from './call.js'
import type { Core } from './core.js'
import type { Target } from './recognise.js'

export interface Opened {
  call: Call
  /** Another model that a budget chose. */
  model: string | undefined
}

/** @throws RagError `RAG_LLM_BUDGET` or `RAG_LLM_BUDGET_STORE`. */
export async function openCall(core: Core, target: Target, body: unknown, signal?: AbortSignal | null): Promise<Opened> {
  let model: string | undefined
  let chosen = target
  let reservations: Awaited<ReturnType<Core['budgets']['reserve']>>['reservations'] | undefined
  if (core.budgets.active()) {
    const reserved = await core.budgets.reserve(target, body)
    reservations = reserved.reservations
    model = reserved.model
    if (model !== undefined) chosen = { ...target, model }
  }
  if (core.pacer) await core.pacer.wait(chosen.provider, chosen.model, body, signal)
  const call = new Call(core, chosen)
  call.reservations = reservations
  if (core.content) call.input = core.content.question(body)
  if (core.estimator) call.estimator = core.estimator(target, body)
  return { call, model }
}
