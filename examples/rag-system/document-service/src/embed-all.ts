// Embeds many texts in batches, a few batches at a time, in their order.

export const BATCH = 16
const LANES = 3

type Vectors = readonly (readonly number[])[]

export async function embedAll(texts: readonly string[], embed: (batch: readonly string[]) => Promise<Vectors>): Promise<Vectors> {
  const vectors: (readonly number[])[] = new Array(texts.length)
  let next = 0
  const lane = async () => {
    while (next < texts.length) {
      const from = next
      next += BATCH
      for (const [index, vector] of (await embed(texts.slice(from, from + BATCH))).entries()) vectors[from + index] = vector
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return vectors
}
