// An encoder that embeds each text once: a recorded load that is sent again costs it nothing.
import type { Encoder } from './encoder.js'

export function remembering(encoder: Encoder): Encoder {
  const known = new Map<string, Promise<Float32Array>>()
  const one = (text: string): Promise<Float32Array> => {
    const vector = known.get(text) ?? encoder.embed([text]).then(([made]) => made!)
    known.set(text, vector)
    return vector
  }
  return { embed: (texts) => Promise.all(texts.map(one)), close: () => encoder.close() }
}
