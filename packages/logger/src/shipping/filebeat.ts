// A configuration of Filebeat for the same file and the same data stream.
import { readTarget, type ShippingOptions } from './options.js'

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
  return `# Lines of ${service} to Elasticsearch.
filebeat.inputs:
  - type: filestream
    id: ${JSON.stringify(service)}
    # Rotated files are followed by their inode until they are read.
    paths: [${JSON.stringify(file)}, ${JSON.stringify(rotated(file))}]
    file_identity.native: ~
    prospector.scanner.fingerprint.enabled: false
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

/** What the logger calls a file that it has rotated: `app-20260102T030405006Z-0001.log`. */
function rotated(file: string): string {
  const at = file.lastIndexOf('.')
  const extension = at > file.lastIndexOf('/') ? file.slice(at) : ''
  return `${file.slice(0, file.length - extension.length)}-[0-9]*Z-[0-9]*${extension}`
}
