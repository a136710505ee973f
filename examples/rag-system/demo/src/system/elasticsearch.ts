// Checks the Elasticsearch that ELASTICSEARCH_URL names.
import { reason } from './database.js'
import { DemoFailure } from './failure.js'

const LIMIT_MS = 5000

/** @throws DemoFailure with the fix. */
export async function checkElasticsearch(url: string): Promise<void> {
  const fix = 'start it, correct the URL (http://host:9200), or unset ELASTICSEARCH_URL'
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new DemoFailure('ELASTICSEARCH_URL is no URL of an Elasticsearch', fix)
  const address = new URL(url)
  const login = `${decodeURIComponent(address.username)}:${decodeURIComponent(address.password)}`
  const headers: Record<string, string> = login === ':' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` }
  address.username = address.password = ''
  const reply = await fetch(address, { headers, signal: AbortSignal.timeout(LIMIT_MS) }).catch((error: Error) => {
    throw new DemoFailure(`ELASTICSEARCH_URL: no Elasticsearch answers (${reason(error.cause ?? error)})`, fix)
  })
  await reply.body?.cancel()
  // The official client refuses what does not send this.
  if (reply.headers.get('x-elastic-product') !== 'Elasticsearch')
    throw new DemoFailure('ELASTICSEARCH_URL: what answers is no Elasticsearch', fix)
  if (!reply.ok) throw new DemoFailure(`ELASTICSEARCH_URL: Elasticsearch answers with status ${reply.status}`, fix)
}
