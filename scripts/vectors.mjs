// Makes the vectors of the documents that the example answers from, so that its first start is as fast as the next ones (under `node --import tsx`).
import { chunk } from '../examples/rag-system/document-service/src/chunk.ts'
import { documents } from '../examples/rag-system/document-service/src/corpus.ts'
import { embedAll } from '../examples/rag-system/document-service/src/embed-all.ts'
import { keptVectors } from '../examples/rag-system/document-service/src/vector-file.ts'
import { createEncoder } from '../examples/rag-system/model/src/encoder.ts'

const encoder = createEncoder()
const texts = (await documents()).flatMap(({ markdown }) => chunk(markdown).map(({ text }) => text))
await keptVectors(texts, (missing) => embedAll(missing, (batch) => encoder.embed(batch)))
encoder.close()
