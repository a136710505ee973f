// A release that fails every third answer: the verdict is read from the figures of the two versions, and the roll-back from a third.
import type { Asked } from '../traffic.js'
import { check, type Scenario, same } from './scenario.js'
import type { Snapshot } from './snapshot.js'

const QUESTIONS = 6
const NEW = '0.2.0'
const CLASSES = 'rag_http_server_requests_total'

export const badRelease: Scenario = {
  name: 'bad-release',
  story: `rag-engine ${NEW} is rolled out and fails every third answer; it is rolled back.`,
  look: 'Operate: the error share of rag-engine and of the gateway; /metrics: rag_build_info and rag_release_timestamp_seconds.',
  async run({ system, fault, ask, question, until }) {
    const askSome = async (): Promise<Asked[]> => {
      const asked: Asked[] = []
      for (let index = 0; index < QUESTIONS; index++) asked.push(await ask(question()))
      return asked
    }
    const share = (taken: Snapshot) =>
      taken.value('rag-engine', CLASSES, { http_route: '/answers', status_class: '5xx' }) /
      taken.value('rag-engine', CLASSES, { http_route: '/answers' })
    // Each version counts from 0, so that its figures are its own.
    await system.restart('rag-engine')
    await askSome()
    const before = await until((old) => [check('error share of the old version', { share: share(old) }, share(old) === 0)])
    const releasedAt = Date.now() / 1000
    await system.restart('rag-engine', fault ? { FAULT: 'errors', SERVICE_VERSION: NEW } : {})
    const asked = await askSome()
    const failed = asked.filter(({ status }) => status >= 500)
    const during = await until((bad) => [
      check(
        `what runs, in ${bad.source}`,
        { new: bad.samples('rag-engine', 'rag_build_info', { version: NEW }).length },
        bad.samples('rag-engine', 'rag_build_info', { version: NEW }).length === 1
      ),
      check(
        'when it was released',
        { 'seconds after': bad.value('rag-engine', 'rag_release_timestamp_seconds') - releasedAt },
        bad.value('rag-engine', 'rag_release_timestamp_seconds') > releasedAt
      ),
      check('error share of the new version: worse', { share: share(bad), failed: failed.length }, share(bad) > 0.2),
      same('failures', {
        'replies to people': failed.length,
        counted: bad.value('rag-engine', CLASSES, { http_route: '/answers', status_class: '5xx' }),
        'log lines of the new version':
          bad
            .lines('rag-engine')
            .filter(
              ({ version, statusCode, route }) =>
                version === NEW && route === '/answers' && Number(statusCode) >= 500 && asked.some(({ traceId }) => traceId)
            ).length - earlier(bad, asked)
      })
    ])
    await system.restart('rag-engine')
    const back = await askSome()
    const after = await until((good) => [
      check(
        'after the roll-back nothing fails',
        { share: share(good), failed: back.filter(({ status }) => status >= 500).length },
        share(good) === 0
      )
    ])
    return [...before, ...during, ...after]
  }
}

/** Lines of the new version from an earlier run of the scenario on the same system. */
function earlier(taken: Snapshot, asked: readonly Asked[]): number {
  const traces = new Set(asked.map(({ traceId }) => traceId))
  return taken
    .lines('rag-engine')
    .filter(
      ({ version, statusCode, route, traceId }) =>
        version === NEW && route === '/answers' && Number(statusCode) >= 500 && !traces.has(String(traceId))
    ).length
}
