// Meters a client by its shape, once; a client it does not know stays as it is.
import { RagError } from '@rag/core'
import type { Core } from '../core.js'
import { isGenai, meterGenai } from './genai.js'
import { isStainless, isSupported, meterStainless } from './stainless.js'

const WRAPPED = Symbol.for('@rag/llm-meter/wrapped/1')
const warned = new Set<string>()

/** Makes `wrap`; `undo` collects what takes the metering off again. */
export function createWrap(core: Core, silence: boolean, undo: Set<WeakRef<() => void>>): <T extends object>(client: T) => T {
  return function wrap<T extends object>(client: T): T {
    if (typeof client !== 'object' || client === null)
      throw new RagError('RAG_LLM_CLIENT', {
        option: 'client',
        value: client,
        problem: 'this is no client',
        fix: 'pass an instance, such as wrap(new OpenAI())'
      })
    if ((client as { [WRAPPED]?: unknown })[WRAPPED]) return client
    if (!Object.isExtensible(isGenai(client) ? client.apiClient : client) || !Object.isExtensible(client)) {
      abstain(core, client, 'is frozen; it is not metered. Wrap it before it is frozen, or give it meter.fetch.')
      return client
    }
    let release: (() => void) | undefined
    if (isStainless(client) && isSupported(client)) release = meterStainless(core, client, silence, wrap)
    else if (isGenai(client)) release = meterGenai(core, client)
    if (!release) {
      abstain(core, client, 'is no client that the meter knows; it is not metered. Give it meter.fetch if it takes a fetch.')
      return client
    }
    const off = (): void => {
      release()
      Reflect.deleteProperty(client, WRAPPED)
    }
    // The client holds its undo, so that the meter keeps no client alive.
    Object.defineProperty(client, WRAPPED, { value: off, configurable: true, enumerable: false })
    undo.add(new WeakRef(off))
    return client
  }
}

function abstain(core: Core, client: object, reason: string): void {
  core.stats.oddity('client_unknown')
  const name = client.constructor?.name ?? 'object'
  if (warned.has(name)) return
  warned.add(name)
  process.emitWarning(`${name} ${reason}`, {
    code: 'RAG_LLM_CLIENT'
  })
}
