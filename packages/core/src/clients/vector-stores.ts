// Vector stores by the routes of their HTTP interfaces: a small table, so that a search is told from any other request.

export interface VectorCall {
  /** OpenTelemetry `db.system.name`. */
  system: string
  operation: string
  /** Collection, class or namespace of the request; never an id of a record. */
  collection: string | undefined
}
interface Pattern {
  system: string
  host?: RegExp
  /** Matched against the path; group `operation` and group `collection` where the path has them. */
  path: RegExp
  /** The operation of a method where the path does not say it. */
  methods?: Readonly<Record<string, string>>
}

const NAME = '(?<collection>[\\w.-]{1,100})'

/** Sources: the vendors' HTTP references (Qdrant 1.x, Pinecone 2025-01, Weaviate v1, Chroma v1 and v2). */
const PATTERNS: readonly Pattern[] = [
  {
    system: 'qdrant',
    path: new RegExp(
      `^/collections/${NAME}/points/(?<operation>search|query|scroll|recommend|discover|count|delete|payload|vectors|batch)(?:/|$)`
    )
  },
  {
    system: 'qdrant',
    path: new RegExp(`^/collections/${NAME}/points(?:/[^/]+)?$`),
    methods: { PUT: 'upsert', POST: 'retrieve', GET: 'retrieve' }
  },
  { system: 'pinecone', host: /\.pinecone\.io$/, path: /^\/(?<operation>query)$/ },
  { system: 'pinecone', host: /\.pinecone\.io$/, path: /^\/vectors\/(?<operation>upsert|fetch|update|delete|list)$/ },
  {
    system: 'pinecone',
    host: /\.pinecone\.io$/,
    path: new RegExp(`^/records/namespaces/${NAME}/(?<operation>search|upsert)$`)
  },
  { system: 'weaviate', path: /^\/v1\/batch\/(?<operation>objects|references)$/ },
  { system: 'weaviate', host: /weaviate/, path: /^\/v1\/(?<operation>graphql)$/ },
  {
    system: 'weaviate',
    host: /weaviate/,
    path: new RegExp(`^/v1/objects(?:/${NAME}(?:/[^/]+)?)?$`),
    methods: { POST: 'insert', GET: 'retrieve', PUT: 'replace', PATCH: 'update', DELETE: 'delete' }
  },
  {
    system: 'chroma',
    path: new RegExp(
      `^/api/(?:v1|v2/tenants/[^/]+/databases/[^/]+)/collections/${NAME}/(?<operation>query|add|upsert|update|get|delete|count|search)$`
    )
  }
]

/** How the paths of all patterns begin: nearly every request is told by this one test. */
const POSSIBLE = /^\/(?:collections|query|vectors|records|v1|api)(?:\/|$)/

/** What a request asks of a vector store, or undefined for any other request. */
export function vectorCall(method: string, hostname: string, pathname: string): VectorCall | undefined {
  if (pathname.length > 500 || !POSSIBLE.test(pathname)) return undefined
  for (const { system, host, path, methods } of PATTERNS) {
    if (host && !host.test(hostname)) continue
    const groups = path.exec(pathname)?.groups
    const operation = groups?.['operation'] ?? (path.test(pathname) ? methods?.[method] : undefined)
    if (operation) return { system, operation, collection: groups?.['collection'] }
  }
  return undefined
}
