// Tells from a request which call of which provider it is; anything else is not metered.

export type Dialect = 'chat' | 'responses' | 'embeddings' | 'anthropic' | 'gemini' | 'completions'

export interface Target {
  dialect: Dialect
  provider: string
  /** OpenTelemetry `gen_ai.operation.name`. */
  operation: string
  model: string
  stream: boolean
  host: string | undefined
  /** A GET of a stored response: reported only when it settles a background call. */
  retrieves?: string
}

const HOSTS: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)openai\.azure\.com$|\.cognitiveservices\.azure\.com$/, 'azure.ai.openai'],
  [/\.services\.ai\.azure\.com$|\.inference\.ai\.azure\.com$/, 'azure.ai.inference'],
  [/(^|\.)openai\.com$/, 'openai'],
  [/(^|\.)anthropic\.com$/, 'anthropic'],
  [/^generativelanguage\.googleapis\.com$/, 'gcp.gemini'],
  [/aiplatform\.googleapis\.com$/, 'gcp.vertex_ai'],
  [/(^|\.)groq\.com$/, 'groq'],
  [/(^|\.)mistral\.ai$/, 'mistral_ai'],
  [/(^|\.)deepseek\.com$/, 'deepseek'],
  [/(^|\.)x\.ai$/, 'x_ai'],
  [/(^|\.)perplexity\.ai$/, 'perplexity'],
  [/(^|\.)openrouter\.ai$/, 'openrouter'],
  [/(^|\.)together\.(ai|xyz)$/, 'together'],
  [/(^|\.)fireworks\.ai$/, 'fireworks']
]
const GEMINI = /\/models\/([^/:]+):(generateContent|streamGenerateContent|embedContent|batchEmbedContents)$/

/** Recognises a call. `body` is called only for paths that look like one. */
export function recognise(method: string, address: string, body: () => Readonly<Record<string, unknown>> | undefined): Target | undefined {
  const [host, path] = split(address)
  if (method === 'GET') {
    const stored = /\/responses\/([\w-]+)$/.exec(path)
    if (!stored) return undefined
    return target('responses', providerOf(host, path) ?? 'openai', 'fetch_response', '', host, undefined, { retrieves: stored[1]! })
  }
  if (method !== 'POST') return undefined
  const gemini = GEMINI.exec(path)
  if (gemini) {
    const [, model, verb] = gemini as unknown as [string, string, string]
    const provider = providerOf(host, path) ?? (path.includes('/projects/') ? 'gcp.vertex_ai' : 'gcp.gemini')
    const operation = verb.endsWith('GenerateContent') || verb === 'generateContent' ? 'generate_content' : 'embeddings'
    return { ...target('gemini', provider, operation, model, host, undefined), stream: verb === 'streamGenerateContent' }
  }
  if (path.endsWith('/chat/completions')) return ofBody('chat', 'openai', 'chat')
  if (path.endsWith('/responses')) return ofBody('responses', 'openai', 'chat')
  if (path.endsWith('/embeddings')) return ofBody('embeddings', 'openai', 'embeddings')
  if (path.endsWith('/v1/messages')) return ofBody('anthropic', 'anthropic', 'chat')
  if (path.endsWith('/completions')) return ofBody('completions', 'openai', 'text_completion')
  return undefined

  function ofBody(dialect: Dialect, fallback: string, operation: string): Target {
    const sent = body()
    const deployment = /\/deployments\/([^/]+)\//.exec(path)?.[1]
    const provider = providerOf(host, path) ?? (deployment ? 'azure.ai.openai' : fallback)
    const model = typeof sent?.['model'] === 'string' ? sent['model'] : (deployment ?? 'unknown')
    return target(dialect, provider, operation, model, host, sent)
  }
}

function target(
  dialect: Dialect,
  provider: string,
  operation: string,
  model: string,
  host: string | undefined,
  body: Readonly<Record<string, unknown>> | undefined,
  more?: { retrieves: string }
): Target {
  return { dialect, provider, operation, model, stream: body?.['stream'] === true, host, ...more }
}

function providerOf(host: string | undefined, path: string): string | undefined {
  if (host === undefined) return undefined
  for (const [pattern, provider] of HOSTS) if (pattern.test(host)) return provider
  return path.includes('/openai/deployments/') ? 'azure.ai.openai' : undefined
}

/** Host without port, and path without query; a relative path has no host. A URL object would cost ten times as much. */
function split(address: string): [host: string | undefined, path: string] {
  const query = address.search(/[?#]/)
  const plain = query < 0 ? address : address.slice(0, query)
  const scheme = plain.indexOf('://')
  if (scheme < 0) return [undefined, plain]
  const slash = plain.indexOf('/', scheme + 3)
  const authority = plain.slice(scheme + 3, slash < 0 ? undefined : slash)
  const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d+$/, '')
  return [host.toLowerCase(), slash < 0 ? '/' : plain.slice(slash)]
}
