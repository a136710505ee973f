// Events survive being cut anywhere on the way.
import { expect, it } from 'vitest'
import { eventText, readEvents } from '../src/index.js'

it('reads what it writes, one byte at a time', async () => {
  const events = [{ text: 'Grüße' }, { text: 'line\n\nbreak' }, { done: { answer: 'x' } }]
  const bytes = new TextEncoder().encode(events.map(eventText).join(''))
  async function* pieces() {
    for (const byte of bytes) yield Uint8Array.of(byte)
  }
  const read: unknown[] = []
  for await (const event of readEvents(pieces())) read.push(event)
  expect(read).toEqual(events)
})
