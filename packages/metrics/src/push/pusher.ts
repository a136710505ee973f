// What every push keeps: one at a time, failures counted and warned of once until the next success.
import type { Source } from '@rag/core'

export interface Pusher {
  /** Pushes now, or joins the push under way; false when the target refused or did not answer. Never rejects. */
  push(background?: boolean): Promise<boolean>
  readonly source: Source
}

/** `attempt` resolves with what was wrong, or undefined. */
export function pusherOf(
  target: 'otlp' | 'pushgateway',
  address: string,
  warn: (message: string) => void,
  attempt: (background: boolean) => Promise<string | undefined>
): Pusher {
  let failures = 0
  let success = 0
  let warned = false
  let running: Promise<boolean> | undefined
  const once = async (background: boolean) => {
    const problem = await attempt(background).catch((error: unknown) => String((error as Error).message))
    if (problem === undefined) {
      success = Date.now() / 1000
      warned = false
      return true
    }
    failures++
    if (!warned) warn(`the metrics could not be pushed to ${address}: ${problem} (RAG_METRICS_PUSH; said once until a push succeeds)`)
    warned = true
    return false
  }
  return {
    push(background = false) {
      running ??= once(background).finally(() => {
        running = undefined
      })
      return running
    },
    source: {
      read(emit) {
        emit('rag_metrics_push_failures_total', failures, { target })
        emit('rag_metrics_push_last_success_timestamp_seconds', success, { target })
      }
    }
  }
}
