// How long lines are kept outside the process: logrotate on the host, a life cycle in S3.
import { checkOptions, RagError } from '@rag/core'
import type { Json } from './elasticsearch.js'
import { readTarget, type ShippingOptions } from './options.js'

export interface LogrotateOptions extends Pick<ShippingOptions, 'service' | 'file'> {
  /** Rotated files kept. @default 14 */
  keep?: number
  /** The signal of the option `reopenOn`; without it the logger notices the move within a second. */
  signal?: NodeJS.Signals
  /** Where the process writes its id; needed for a signal. @default /run/<service>.pid */
  pidFile?: string
}

/**
 * A file for /etc/logrotate.d, for those who rotate outside the process instead of with the option `rotate`.
 * The file is moved, never copied and cut off: lines written meanwhile would be lost.
 *
 * @throws RagError `RAG_LOGGER_OPTION`, `RAG_CORE_SERVICE`, `RAG_CORE_UNKNOWN_OPTION`
 * @example
 * writeFileSync('/etc/logrotate.d/rag-engine', logrotateConfig({ service: 'rag-engine', signal: 'SIGUSR2' }))
 */
export function logrotateConfig(options: LogrotateOptions): string {
  checkOptions('logrotateConfig', options, ['service', 'file', 'keep', 'signal', 'pidFile'])
  const { keep = 14, signal, pidFile = `/run/${options.service}.pid`, service, file: given } = options
  const { file } = readTarget('logrotateConfig', { service, ...(given !== undefined && { file: given }) })
  if (!Number.isInteger(keep) || keep < 1) {
    throw new RagError('RAG_LOGGER_OPTION', {
      option: 'keep',
      value: keep,
      problem: 'this is no number of files',
      fix: 'give a whole number from 1 up'
    })
  }
  const reopen =
    signal === undefined ? '' : `    postrotate\n        kill -s ${signal.replace('SIG', '')} "$(cat ${pidFile})"\n    endscript\n`
  return `${file} {
    daily
    maxsize 512M
    rotate ${keep}
    dateext
    dateformat -%Y%m%d-%s
    missingok
    notifempty
    nocreate
    nocopytruncate
    # A shipper may still read the newest one.
    compress
    delaycompress
${reopen}}
`
}

export interface S3Options {
  bucket: string
  /** @default 'logs/' */
  prefix?: string
  /** Days after which lines move to rarely read storage; S3 takes no less than 30. @default 30 */
  rareAfterDays?: number
  /** Days after which they move to the archive. @default 90 */
  archiveAfterDays?: number
  /** Days after which they are removed. @default 365 */
  deleteAfterDays?: number
}

/**
 * The bodies of `put-bucket-lifecycle-configuration` and `put-bucket-policy` for archived log files. The policy refuses every request without TLS.
 *
 * @throws RagError `RAG_LOGGER_OPTION`, `RAG_CORE_UNKNOWN_OPTION`
 * @example
 * const { lifecycle, policy } = s3Storage({ bucket: 'rag-logs', deleteAfterDays: 400 })
 */
export function s3Storage(options: S3Options): { lifecycle: Json; policy: Json } {
  checkOptions('s3Storage', options, ['bucket', 'prefix', 'rareAfterDays', 'archiveAfterDays', 'deleteAfterDays'])
  const { bucket, prefix = 'logs/', rareAfterDays = 30, archiveAfterDays = 90, deleteAfterDays = 365 } = options
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new RagError('RAG_LOGGER_OPTION', {
      option: 'bucket',
      value: bucket,
      problem: 'no bucket can be called so',
      fix: 'use small letters, digits and -'
    })
  }
  const days = [rareAfterDays, archiveAfterDays, deleteAfterDays]
  if (!days.every(Number.isInteger) || rareAfterDays < 30 || archiveAfterDays < rareAfterDays + 30 || deleteAfterDays <= archiveAfterDays) {
    throw new RagError('RAG_LOGGER_OPTION', {
      option: 'rareAfterDays',
      value: days.join(', '),
      problem: 'S3 takes no such order of days',
      fix: 'rare from 30 days, the archive 30 days later, removal after that'
    })
  }
  return {
    lifecycle: {
      Rules: [
        {
          ID: 'logs',
          Status: 'Enabled',
          Filter: { Prefix: prefix },
          Transitions: [
            { Days: rareAfterDays, StorageClass: 'STANDARD_IA' },
            { Days: archiveAfterDays, StorageClass: 'GLACIER' }
          ],
          Expiration: { Days: deleteAfterDays },
          NoncurrentVersionExpiration: { NoncurrentDays: 30 },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }
        }
      ]
    },
    policy: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'OnlyWithTls',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } }
        }
      ]
    }
  }
}
