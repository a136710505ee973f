// The plan of a slow statement, asked for once per fingerprint on a connection that nobody waits for.
import { context } from '@opentelemetry/api'
import { contextOf, startOperation } from '../context.js'
import type { OperationRecord } from '../operation.js'
import { callOutcome, unrecorded } from './call.js'
import type { ClientSettings } from './observe-client.js'
import type { PgPool } from './pg.js'
import { withoutLiterals } from './sql.js'

export interface Explainer {
  /** Explains the statement of this operation, if nobody has yet. Nothing is thrown. */
  explain(slow: OperationRecord<'db'>, values: readonly unknown[]): void
}

const MOST_FINGERPRINTS = 500
const LONGEST_STATEMENT = 20_000
const LONGEST_PLAN = 8000
const TIMEOUT_MS = 2000
/** EXPLAIN without ANALYZE plans these and runs none. */
const EXPLAINABLE = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'WITH', 'VALUES'])

export function createExplainer(pool: PgPool, { observers }: ClientSettings): Explainer {
  const seen = new Set<string>()
  return {
    explain(slow, values) {
      const { operation, statement = '', fingerprint } = slow.attributes
      const [text, parameters] = readStatement(values)
      // A second statement behind a semicolon would be run, not explained.
      if (!fingerprint || seen.has(fingerprint) || !EXPLAINABLE.has(operation) || text === undefined || /;\s*\S/.test(text)) return
      if (seen.size >= MOST_FINGERPRINTS || isBusy(pool)) return
      seen.add(fingerprint)
      context.with(contextOf(slow), () => {
        const { attributes } = slow
        const explain = startOperation(
          'db',
          `EXPLAIN ${attributes.collection ?? operation}`,
          { ...attributes, operation: 'EXPLAIN', statement, rows: undefined, slow: undefined, waitMs: undefined },
          observers
        )
        const question = { text: `EXPLAIN (FORMAT JSON) ${text}`, values: parameters, queryMode: 'extended', query_timeout: TIMEOUT_MS }
        ask(pool, question).then(
          (plan) => {
            explain.set({ plan })
            explain.end('ok')
          },
          (error: unknown) => explain.end(callOutcome(error), error)
        )
      })
    }
  }
}

/** Nobody of the application waits because of us. */
function isBusy({ waitingCount = 0, idleCount = 0, totalCount = 0, options, ending }: PgPool): boolean {
  return ending === true || waitingCount > 0 || (idleCount === 0 && totalCount >= (options?.max ?? 10))
}

async function ask(pool: PgPool, question: object): Promise<string> {
  const { rows } = (await unrecorded(() => pool.query(question))) as { rows: Record<string, unknown>[] }
  return plainPlan(rows[0]?.['QUERY PLAN'])
}

/** The plan as JSON; conditions hold values, which are taken out as from a statement. */
function plainPlan(plan: unknown): string {
  return JSON.stringify(plan, (_key, value: unknown) => (typeof value === 'string' ? withoutLiterals(value) : value)).slice(0, LONGEST_PLAN)
}

function readStatement([statement, parameters]: readonly unknown[]): [string | undefined, unknown[]] {
  const config = typeof statement === 'string' ? { text: statement } : ((statement ?? {}) as { text?: unknown; values?: unknown })
  const given = Array.isArray(parameters) ? parameters : (config as { values?: unknown }).values
  const usable = typeof config.text === 'string' && config.text.length <= LONGEST_STATEMENT
  return [usable ? (config.text as string) : undefined, Array.isArray(given) ? (given as unknown[]) : []]
}
