// The disk of the documents is full: the upload is refused in words, nothing of it is kept, and what was acknowledged stays.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DemoFailure } from '../system/failure.js'
import { attempt, search, upload } from '../traffic.js'
import { check, type Scenario, same } from './scenario.js'

const SMALL = '# Ferries of Larkholm\n\nThe last ferry of Larkholm leaves at nine in the evening.\n'
const LARGE = `The ledger of Larkholm begins here.${'\n'.repeat(300_000)}`
const DISK = 'size=128k'
const COUNT = 'http_server_request_duration_seconds_count'

export const diskFull: Scenario = {
  name: 'disk-full',
  story: `document-service keeps originals on a disk of ${DISK.slice(5)}; a document fits, a larger one and a larger version of the first do not.`,
  look: 'Documents: the words of the refusal; Operate: errors of document-service and of the gateway.',
  async run({ system, fault, door, snapshot, until }) {
    if (!canMount()) throw new DemoFailure('this scenario needs a small disk, and none can be mounted', 'run it as root on Linux')
    // A name for each run, so that what an earlier one kept is not taken for this one's.
    const [small, large] = [`ferries-${Date.now()}.md`, `ledger-${Date.now()}.txt`]
    const folder = mkdtempSync(join(tmpdir(), 'rag-disk-'))
    if (fault) mount(folder)
    try {
      await system.restart('document-service', { DOCUMENTS_FOLDER: folder })
      const kept = await upload(door(), small, SMALL)
      const before = await snapshot()
      const send = (id: string) =>
        attempt(door(), `/documents/${id}`, { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: LARGE })
      const refused = [await send(large), await send(small)]
      const traces = new Set(refused.map(({ traceId }) => traceId))
      const found = await search(door(), 'When does the last ferry of Larkholm leave?')
      const lost = await search(door(), 'Where does the ledger of Larkholm begin?')
      return await until((after) => {
        const counted = (service: 'api-gateway' | 'document-service') =>
          after.value(service, COUNT, { http_response_status_code: '507' }) -
          before.value(service, COUNT, { http_response_status_code: '507' })
        const lines = (service: 'api-gateway' | 'document-service') =>
          after.lines(service).filter(({ traceId, statusCode }) => traces.has(String(traceId)) && statusCode === 507).length
        return [
          ...refused.map(({ status, message }) =>
            check(`the upload is refused with 507 and words: ${message}`, { status }, status === 507 && message.includes('full'))
          ),
          same('the refusals', {
            sent: refused.length,
            [`of api-gateway in ${after.source}`]: counted('api-gateway'),
            [`of document-service in ${after.source}`]: counted('document-service'),
            'log lines of api-gateway': lines('api-gateway'),
            'log lines of document-service': lines('document-service')
          }),
          check('what was acknowledged is found', { status: kept, found: Number(found.includes(small)) }, found.includes(small)),
          check('what was refused is not', { found: Number(lost.includes(large)) }, !lost.includes(large))
        ]
      })
    } finally {
      await system.restart('document-service')
      if (fault) execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** Whether a small disk can be mounted here: that takes root on Linux, and more in some containers. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'rag-disk-'))
  try {
    mount(folder)
    execFileSync('umount', ['-l', folder])
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function mount(folder: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', folder], { stdio: 'ignore' })
}
