// A document changes while answers made from it are in the caches: the next answer is from the new version.
import { upload } from '../traffic.js'
import { check, type Scenario, same } from './scenario.js'

const ID = 'lighthouse.md'
const page = (keeper: string) =>
  `# The lighthouse of Skarvik\n\nThe lighthouse keeper of Skarvik is called ${keeper}. The lamp is lit at sunset.\n`
const QUESTION = 'Who is the lighthouse keeper of Skarvik?'
const CALLS = 'rag_llm_calls_total'

export const hotDocumentUpdate: Scenario = {
  name: 'hot-document-update',
  story: 'A document is uploaded, an answer made from it is kept, and the document is replaced.',
  look: 'Documents: the version; Ask the same again: the answer changes at once, and the trace has a model call.',
  async run({ fault, ask, door, snapshot, until }) {
    await upload(door(), ID, page('Ingrid'))
    const first = await ask(QUESTION)
    const repeated = await ask(QUESTION)
    const before = await snapshot()
    if (fault) await upload(door(), ID, page('Sigurd'))
    const updated = await ask(QUESTION)
    return until((after) => {
      const since = (service: 'rag-engine' | 'llm-service', name: string, labels = {}) =>
        after.value(service, name, labels) - before.value(service, name, labels)
      const told = after.lines('rag-engine').filter(({ url, statusCode }) => url === '/documents/changed' && statusCode === 204).length
      const toldBefore = before
        .lines('rag-engine')
        .filter(({ url, statusCode }) => url === '/documents/changed' && statusCode === 204).length
      return [
        check(
          'the first answer is from the first version, and was kept',
          { kept: Number(repeated.answer?.cached) },
          first.answer?.answer.includes('Ingrid') === true && repeated.answer?.cached === true
        ),
        check(
          'the next answer is from the new version',
          { new: Number(updated.answer?.answer.includes('Sigurd')) },
          updated.answer?.answer.includes('Sigurd') === true && !updated.answer.cached
        ),
        same(`invalidations in ${after.source}`, {
          'of answers': since('rag-engine', 'rag_cache_invalidations_total', { cache: 'answers', cause: 'dependency' }),
          'of meanings': since('llm-service', 'rag_cache_invalidations_total', { cache: 'meanings', cause: 'dependency' }),
          'requests that told rag-engine': told - toldBefore
        }),
        check(
          'the answer was made anew',
          { calls: since('llm-service', CALLS, { gen_ai_request_model: 'extractive-1' }) },
          since('llm-service', CALLS, { gen_ai_request_model: 'extractive-1' }) === 1
        )
      ]
    })
  }
}
