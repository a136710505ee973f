// Every error code of the metrics package.

/** The codes of `@rag/metrics`. */
export const metricsErrors = {
  RAG_METRICS_DEFINITION: 'The definition of a metric is wrong, or another metric has its name.',
  RAG_METRICS_OPTION: 'An option of the metrics is outside its range.',
  RAG_METRICS_REGISTRY: 'The option `registry` is no registry of prom-client or its successor.',
  RAG_METRICS_STORE: 'A collector was given something that it cannot read.',
  RAG_METRICS_PUSH: 'The target of a push is wrong; also named in the warning when a push is refused or not answered.',
  RAG_METRICS_OVERFLOW: 'A warning: a metric or the process has as many label sets as it may have; further ones are counted as `__other__`.'
} as const
