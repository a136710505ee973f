// One tree with an application that has a tracer provider of its own: it is found before, and let in after.
import { ProxyTracerProvider, type Tracer, type TracerProvider, trace } from '@opentelemetry/api'
import { announceUnmasked } from './mask-spans.js'
import type { Scope } from './span/own-span.js'

export interface Joined {
  /** The tracer of the application's provider, if there is one: asked again each time, because it may come later. */
  foreignTracer(): Tracer | undefined
  /** Makes room for the next provider. */
  leave(): void
}

/** Providers of this SDK, of any copy of it: not foreign to each other. */
const OURS = Symbol.for('@rag/tracing/provider/1')
/** What the API has while nobody has registered a provider. Known by itself: a minified class has no name. */
const NOBODY: object = new ProxyTracerProvider().getDelegate()

/** Registers our provider if there is none. */
export function joinProvider(provider: TracerProvider, { name, version }: Scope): Joined {
  Object.defineProperty(provider, OURS, { value: true })
  let letIn = (): void => {}
  if (registered() === NOBODY && trace.setGlobalTracerProvider(provider)) letIn = giveWayTo(provider)
  let seen: object | undefined
  let tracer: Tracer | undefined
  return {
    foreignTracer() {
      const delegate = registered()
      if (delegate === seen) return tracer
      seen = delegate
      const isForeign = delegate !== NOBODY && !(delegate as { [OURS]?: boolean })[OURS]
      tracer = isForeign ? trace.getTracer(name, version) : undefined
      if (tracer) announceUnmasked()
      return tracer
    },
    leave() {
      letIn()
      if (registered() === provider) trace.disable()
    }
  }
}

function registered(): object {
  const provider = trace.getTracerProvider() as { getDelegate?: () => object }
  return provider.getDelegate?.() ?? provider
}

/** The API refuses a second provider; the application's own takes the place of ours as if that had never been. Returns the undo. */
function giveWayTo(provider: TracerProvider): () => void {
  const undo = (): void => {
    if (trace.setGlobalTracerProvider === letIn) delete (trace as Partial<typeof trace>).setGlobalTracerProvider
  }
  const letIn = (later: TracerProvider): boolean => {
    undo()
    const proxy = trace.getTracerProvider()
    if (registered() !== provider || !(proxy instanceof ProxyTracerProvider)) return trace.setGlobalTracerProvider(later)
    // Tracers that were taken and not yet used are of the later provider too.
    proxy.setDelegate(later)
    return true
  }
  trace.setGlobalTracerProvider = letIn
  return undo
}
