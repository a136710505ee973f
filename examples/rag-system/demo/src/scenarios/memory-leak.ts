// A release keeps something of every answer: the heap grows with the traffic and does not come back.
import { check, type Scenario } from './scenario.js'

const ANSWERS = 12
/** What the defect keeps of each answer, MiB. */
const KEPT_MB = 8
const HEAP = 'v8js_memory_heap_used_bytes'
const MIB = 1024 * 1024

export const memoryLeak: Scenario = {
  name: 'memory-leak',
  story: `rag-engine is started with a defect that keeps ${KEPT_MB} MiB of every answer; ${ANSWERS} questions are asked.`,
  look: 'Operate: the memory of rag-engine, beside the others.',
  async run({ system, fault, ask, question, snapshot, until }) {
    await system.restart('rag-engine', fault ? { FAULT: 'leak' } : {})
    try {
      await ask(question())
      const before = await snapshot()
      const statuses: number[] = []
      for (let index = 0; index < ANSWERS; index++) statuses.push((await ask(question())).status)
      return await until((after) => {
        const heap = (taken: typeof after, service: 'rag-engine' | 'llm-service') => taken.value(service, HEAP) / MIB
        const grown = heap(after, 'rag-engine') - heap(before, 'rag-engine')
        const other = heap(after, 'llm-service') - heap(before, 'llm-service')
        const perAnswer =
          (after.value('rag-engine', 'process_memory_usage_bytes') - before.value('rag-engine', 'process_memory_usage_bytes')) /
          MIB /
          ANSWERS
        return [
          check(
            'people notice nothing yet',
            { answered: statuses.filter((status) => status === 200).length },
            statuses.every((status) => status === 200)
          ),
          check(
            `MiB by which the heap of rag-engine grew, in ${after.source}`,
            { grown, least: ANSWERS * KEPT_MB * 0.7 },
            grown > ANSWERS * KEPT_MB * 0.7
          ),
          check('MiB a question of resident memory', { perAnswer, least: KEPT_MB / 2 }, perAnswer > KEPT_MB / 2),
          check('it is this service and not the load: MiB by which llm-service grew', { grown: other }, other < grown / 2)
        ]
      })
    } finally {
      await system.restart('rag-engine')
    }
  }
}
