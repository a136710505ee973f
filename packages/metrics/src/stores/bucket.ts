// A bucket of object storage: does it keep versions, replicate, expire, and has somebody deleted much of it?
import { type Duration, durationMs, RagError } from '@rag/core'
import type { Collector } from './collector.js'

/** The four calls that the probe makes; the aggregated `S3` client of the AWS SDK has them, any other is adapted in a few lines. */
export interface BucketClient {
  getBucketVersioning(input: { Bucket: string }): Promise<{ Status?: string }>
  getBucketReplication?(input: { Bucket: string }): Promise<{ ReplicationConfiguration?: { Rules?: readonly { Status?: string }[] } }>
  getBucketLifecycleConfiguration?(input: { Bucket: string }): Promise<{ Rules?: readonly { Status?: string }[] }>
  listObjectVersions?(input: { Bucket: string; Prefix?: string; MaxKeys: number; KeyMarker?: string; VersionIdMarker?: string }): Promise<{
    DeleteMarkers?: readonly { LastModified?: Date }[]
    IsTruncated?: boolean
    NextKeyMarker?: string
    NextVersionIdMarker?: string
  }>
}

export interface BucketOptions {
  bucket: string
  /** Counts delete markers under this prefix only. */
  prefix?: string
  /** Age up to which a delete marker counts as part of a burst. @default '1h' */
  window?: Duration
  /** Most pages of 1000 versions that one run looks at. @default 10 */
  pages?: number
}

/**
 * Probes a bucket. "There is no such configuration" is an answer: the figure is 0.
 *
 * @throws RagError `RAG_METRICS_STORE`, `RAG_CORE_DURATION`
 * @example
 * metrics.collect(bucketProbe(new S3(), { bucket: 'backups' }), { every: '5m' })
 */
export function bucketProbe(client: BucketClient, { bucket, prefix, window = '1h', pages = 10 }: BucketOptions): Collector {
  if (typeof client?.getBucketVersioning !== 'function')
    throw new RagError('RAG_METRICS_STORE', {
      option: 'client',
      problem: 'this client has no getBucketVersioning()',
      fix: 'pass an S3 client with a method for each call'
    })
  const windowMs = durationMs('window', window)
  return {
    name: `bucket:${bucket}`,
    async collect(emit) {
      const Bucket = bucket
      const versioning = await client.getBucketVersioning({ Bucket })
      emit('rag_bucket_versioning_enabled', versioning.Status === 'Enabled' ? 1 : 0, { bucket })
      const replication = await orNone(client.getBucketReplication?.({ Bucket }))
      emit('rag_bucket_replication_enabled', enabled(replication?.ReplicationConfiguration?.Rules) > 0 ? 1 : 0, { bucket })
      const lifecycle = await orNone(client.getBucketLifecycleConfiguration?.({ Bucket }))
      emit('rag_bucket_lifecycle_rules', enabled(lifecycle?.Rules), { bucket })
      if (client.listObjectVersions)
        emit('rag_bucket_delete_markers', await recentDeletes(client as Required<BucketClient>, { Bucket, prefix, windowMs, pages }), {
          bucket
        })
    }
  }
}

function enabled(rules: readonly { Status?: string }[] | undefined): number {
  return rules?.filter((rule) => rule.Status === 'Enabled').length ?? 0
}

/** S3 answers 404 where nothing is configured; https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html */
async function orNone<T>(answer: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } }
    if ($metadata?.httpStatusCode === 404 || /NotFound|NoSuch/.test(name ?? '')) return undefined
    throw error
  }
}

interface Search {
  Bucket: string
  prefix: string | undefined
  windowMs: number
  pages: number
}

async function recentDeletes(client: Required<BucketClient>, { Bucket, prefix, windowMs, pages }: Search): Promise<number> {
  let count = 0
  let marker: { KeyMarker?: string; VersionIdMarker?: string } = {}
  for (let page = 0; page < pages; page++) {
    const found = await client.listObjectVersions({ Bucket, MaxKeys: 1000, ...(prefix !== undefined && { Prefix: prefix }), ...marker })
    for (const { LastModified } of found.DeleteMarkers ?? []) if (LastModified && Date.now() - LastModified.getTime() <= windowMs) count++
    if (!found.IsTruncated) break
    marker = {
      ...(found.NextKeyMarker !== undefined && { KeyMarker: found.NextKeyMarker }),
      ...(found.NextVersionIdMarker !== undefined && { VersionIdMarker: found.NextVersionIdMarker })
    }
  }
  return count
}
