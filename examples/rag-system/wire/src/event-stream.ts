// Server-sent events: one JSON value an event. https://html.spec.whatwg.org/multipage/server-sent-events.html

/** An event as it goes over the wire. */
export function eventText(event: unknown): string {
  return `data: ${JSON.stringify(event)}\n\n`
}

/** The events of a reply, as they come. */
export async function* readEvents<T>(body: AsyncIterable<Uint8Array>): AsyncGenerator<T> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true })
    const events = rest.split('\n\n')
    rest = events.pop()!
    for (const event of events) if (event.startsWith('data: ')) yield JSON.parse(event.slice('data: '.length)) as T
  }
}
