// Reads a request that a fetch is given, and changes its body.

/** A body of bytes is read like a text; any other one is left to its sender. */
export function textOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body
  if (body instanceof ArrayBuffer) return Buffer.from(body).toString()
  return body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.length).toString() : undefined
}

export function headerOf(headers: unknown, name: string): string | undefined {
  if (!headers || typeof headers !== 'object') return undefined
  try {
    return (headers instanceof Headers ? headers : new Headers(headers as Record<string, string>)).get(name) ?? undefined
  } catch {
    return undefined
  }
}

/** The same request with another body; a length that its sender told would be wrong. */
export function withBody(init: RequestInit | undefined, body: string): RequestInit {
  if (headerOf(init?.headers, 'content-length') === undefined) return { ...init, body }
  const headers = new Headers(init?.headers)
  headers.delete('content-length')
  return { ...init, headers, body }
}
