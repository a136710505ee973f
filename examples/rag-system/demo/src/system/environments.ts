// The environment of each service: the same variables that a deployment sets.

export type Environment = Readonly<Record<string, string | undefined>>
export type Variables = Readonly<Record<string, string>>
export type Name = 'api-gateway' | 'auth-service' | 'document-service' | 'rag-engine' | 'llm-service' | 'frontend' | 'model' | 'postgres'

/** Services with the SDK, outermost first. */
export const SERVICES = ['frontend', 'api-gateway', 'auth-service', 'rag-engine', 'document-service', 'llm-service'] as const
export type Service = (typeof SERVICES)[number]

export interface Places {
  readonly folder: string
  readonly ports: Readonly<Record<Name | 'redis' | `${Service}-admin`, number>>
  readonly collector: string
  readonly database: string
  readonly redis: string | undefined
  readonly usersFile: string
  readonly guestKey: string
  readonly auditKey: string
  readonly alertmanager: string | undefined
}

export const local = (port: number) => `http://127.0.0.1:${port}`

/** Whether the shell names a provider; then the stand-in serves embeddings alone. */
export function ownModel(environment: Environment): boolean {
  return ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL'].some((name) => Boolean(environment[name]))
}

export function environmentsOf(places: Places, environment: Environment): Readonly<Record<Name, Variables>> {
  const { ports, folder, database, redis, usersFile, guestKey, auditKey, alertmanager } = places
  const url = (name: Name) => local(ports[name])
  const telemetry = telemetryOf(places)
  const cache: Variables = redis ? { REDIS_URL: redis } : {}
  const data: Variables = { DATABASE_URL: database, LLM_SERVICE_URL: url('llm-service') }
  const service = (name: Service, variables: Variables): Variables => ({
    ...telemetry,
    PORT: String(ports[name]),
    ADMIN_PORT: String(ports[`${name}-admin`]),
    ...variables
  })
  const chat: Variables = ownModel(environment)
    ? { CHAT_MODEL: environment['CHAT_MODEL'] ?? 'gpt-4o-mini', FALLBACK_MODEL: environment['FALLBACK_MODEL'] ?? 'claude-haiku-4-5' }
    : {
        OPENAI_API_KEY: 'none',
        OPENAI_BASE_URL: `${url('model')}/v1`,
        ANTHROPIC_API_KEY: 'none',
        ANTHROPIC_BASE_URL: `${url('model')}/anthropic`
      }
  return {
    frontend: service('frontend', {
      API_GATEWAY_URL: url('api-gateway'),
      ADMIN_URLS: SERVICES.map((name) => `${name}=${local(ports[`${name}-admin`])}`).join(','),
      GUEST_API_KEY: guestKey,
      ...(alertmanager !== undefined && { ALERTMANAGER_URL: alertmanager })
    }),
    'api-gateway': service('api-gateway', {
      AUTH_SERVICE_URL: url('auth-service'),
      RAG_ENGINE_URL: url('rag-engine'),
      DOCUMENT_SERVICE_URL: url('document-service')
    }),
    'auth-service': service('auth-service', {
      USERS_FILE: usersFile,
      AUDIT_FILE: `${folder}/audit.log`,
      AUDIT_KEY: auditKey,
      RATE_LIMIT: '100000',
      ...cache
    }),
    'rag-engine': service('rag-engine', { ...data, ...cache }),
    'document-service': service('document-service', {
      ...data,
      CHANGE_LISTENERS: [url('rag-engine'), url('llm-service')].join(','),
      DOCUMENTS_FOLDER: `${folder}/documents`
    }),
    'llm-service': service('llm-service', { ENCODER_URL: `${url('model')}/v1`, ...chat, ...cache }),
    model: { PORT: String(ports.model) },
    postgres: { PORT: String(ports.postgres) }
  }
}

/** The standard variables that send spans to the demo: all of them, soon. They win over what the shell may have set. */
function telemetryOf({ collector, ports }: Places): Variables {
  return {
    HOST: '127.0.0.1',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector}/v1/traces`,
    OTEL_EXPORTER_OTLP_HEADERS: '',
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_SDK_DISABLED: 'false',
    OTEL_BSP_SCHEDULE_DELAY: '500',
    // On loopback all services have one host: the ports say who is who.
    OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING: SERVICES.map((name) => `127.0.0.1:${ports[name]}=${name}`).join(','),
    LOG_LEVEL: 'info',
    NODE_ENV: 'development'
  }
}
