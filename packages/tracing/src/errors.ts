// The codes of errors that `@rag/tracing` throws, and of its warnings.

export const tracingErrors = {
  RAG_TRACING_EXPORTER: 'An exporter is neither a known name nor a SpanExporter.',
  RAG_TRACING_PEER: 'An exporter needs a package that is not installed.',
  RAG_TRACING_ENDPOINT: 'The address of a collector is no http or https URL.',
  RAG_TRACING_TLS: 'A TLS file that a variable names cannot be read.',
  RAG_TRACING_SAMPLER: 'The sampler is neither a ratio, a Sampler nor a set of rules.',
  RAG_TRACING_INCOMING: 'The treatment of incoming trace context is unknown, or a trusted network is no CIDR.',
  RAG_TRACING_PROPAGATOR: 'A propagation format is unknown.',
  RAG_TRACING_BAGGAGE: 'The rules for baggage name something that is no network, host or key.',
  RAG_TRACING_LIMIT: 'A limit is no positive whole number.',
  RAG_TRACING_EXPORT:
    'A warning: a backend does not take spans; it says whether they are kept within bounds and sent later, or lost and counted.',
  RAG_TRACING_REGISTER: 'A warning: `@rag/tracing/register` found a variable that it cannot use; the application runs untraced.',
  RAG_TRACING_FOREIGN_PROVIDER: 'A warning: the application has a tracer provider of its own, whose exporters do not pass the masker.'
} as const
