// What the page asks: the gateway under /api, the admin listeners under /ops.

const SESSION = 'rag-session'

/** Told when the session changes, also when the system does not know it any more. */
export const session = Object.assign(new EventTarget(), {
  get() {
    try {
      return JSON.parse(sessionStorage.getItem(SESSION) ?? 'null')
    } catch {
      // What is no JSON was not written here.
      return null
    }
  },
  set(value) {
    if (value) sessionStorage.setItem(SESSION, JSON.stringify(value))
    else sessionStorage.removeItem(SESSION)
    session.dispatchEvent(new Event('change'))
  }
})

export async function call(path, init = {}) {
  const token = session.get()?.token
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...init.headers }
  const reply = await fetch(`/api${path}`, { ...init, headers })
  if (reply.ok) return reply
  const ended = reply.status === 401 && token !== undefined
  if (ended) session.set(undefined)
  const { message } = ended ? { message: 'Your session has ended. Please sign in again.' } : await reply.json().catch(() => ({}))
  const error = new Error(message ?? `The system answered with status ${reply.status}.`)
  error.traceId = reply.headers.get('x-trace-id')
  throw error
}

export function json(method, body) {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

/** The events of a streamed reply. */
export async function* events(reply) {
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    rest += value
    const parts = rest.split('\n\n')
    rest = parts.pop()
    for (const part of parts) if (part.startsWith('data: ')) yield JSON.parse(part.slice(6))
  }
}

/** A page of an admin listener, or undefined when the service cannot be reached. */
export async function read(service, page, query = '') {
  try {
    const reply = await fetch(`/ops/${service}/${page}${query}`)
    return reply.ok ? reply : undefined
  } catch {
    return undefined
  }
}

export async function readJson(path) {
  try {
    const reply = await fetch(path)
    return reply.ok ? await reply.json() : undefined
  } catch {
    return undefined
  }
}
