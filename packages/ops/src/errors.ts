// Every error code of the ops package.

/** The codes of `@rag/ops`. */
export const opsErrors = {
  RAG_OPS_CONFIG: 'A field of ops.config.ts is missing, unknown or contradicts another.',
  RAG_OPS_CONFIG_FILE: 'ops.config.ts is not there or cannot be loaded.',
  RAG_OPS_SLO_BUCKET: 'The latency bound of an SLO is no bucket bound of the histogram, so nothing can be counted against it.',
  RAG_OPS_SECRET: 'A secret stands in the configuration instead of a file or an environment variable.',
  RAG_OPS_SECRET_FILE: 'A secret file that a route needs is not there, is empty or can be read by everybody.',
  RAG_OPS_PROMETHEUS: 'Prometheus did not answer, or refused the query.',
  RAG_OPS_ARGUMENT: 'An argument of the command is missing or wrong.',
  RAG_OPS_DRILL: 'A restore drill could not take, verify or start the backup.'
} as const
