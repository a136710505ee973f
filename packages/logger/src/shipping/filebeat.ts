// A configuration of Filebeat for the same file and the same data stream.
import { readTarget, type ShippingOptions } from './options.js'
import { rotatedNames } from './rotated.js'

/** Less than the shortest line has: a file of a single line is shipped too. It covers the time of the first line and what stands behind it. */
export const FINGERPRINT_BYTES = 128

/**
 * A complete `filebeat.yml` for Filebeat 8.15 or newer: the id of a line is the id of its document, so a line that is sent twice is kept once.
 * The key comes from `ELASTICSEARCH_API_KEY`.
 *
 * @throws RagError `RAG_LOGGER_OPTION`, `RAG_CORE_SERVICE`
 * @example
 * writeFileSync('/etc/filebeat/filebeat.yml', filebeatConfig({ service: 'rag-engine' }))
 */
export function filebeatConfig(options: ShippingOptions): string {
  const { service, file, url, caFile, dataStream } = readTarget('filebeatConfig', options)
  const { logger, logrotate } = rotatedNames(file)
  return `# Lines of ${service} to Elasticsearch.
filebeat.inputs:
  - type: filestream
    id: ${JSON.stringify(service)}
    # Rotated files are read to their end. A file is known by how it begins: its inode may soon belong to another file.
    paths: ${JSON.stringify([file, logger, logrotate])}
    file_identity.fingerprint: ~
    prospector.scanner.fingerprint.enabled: true
    prospector.scanner.fingerprint.length: ${FINGERPRINT_BYTES}
    parsers:
      - ndjson:
          target: ""
          document_id: event.id
          expand_keys: true
          overwrite_keys: true
          add_error_key: true
processors:
  # Half a line of a process that was killed is no record. The parser has taken the id out of the others, but not their level.
  - drop_event:
      when:
        not:
          has_fields: ["log.level"]
output.elasticsearch:
  hosts: [${JSON.stringify(url.origin)}]
  api_key: "\${ELASTICSEARCH_API_KEY}"
  index: ${JSON.stringify(dataStream)}
  ssl:
    certificate_authorities: [${JSON.stringify(caFile)}]
    verification_mode: full
    supported_protocols: ["TLSv1.2", "TLSv1.3"]
setup.template.enabled: false
setup.ilm.enabled: false
queue.disk.max_size: 1GB
`
}
