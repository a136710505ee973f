// Shippers: log files of the ECS preset into Elasticsearch, each line once.
import type { Model } from '../config/model.js'
import type { Artifacts } from './types.js'
import { NOTE, yaml } from './yaml.js'

export function generateShippers(model: Model): Artifacts {
  const stream = `logs-rag-${model.environment}`
  return {
    'shippers/rsyslog.conf': rsyslog(stream),
    'shippers/filebeat.yml': yaml({
      'filebeat.inputs': [
        {
          type: 'filestream',
          id: 'rag',
          paths: ['/var/log/rag/*.log'],
          parsers: [{ ndjson: { target: '', overwrite_keys: true, add_error_key: true, document_id: 'event.id' } }]
        }
      ],
      'setup.template.enabled': false,
      'setup.ilm.enabled': false,
      'output.elasticsearch': {
        hosts: ['${ELASTICSEARCH_URL}'],
        api_key: '${ELASTICSEARCH_API_KEY}',
        index: stream,
        ssl: { verification_mode: 'full' }
      }
    }),
    'shippers/fluent-bit.yml': yaml({
      service: { flush: 1, 'storage.path': '/var/lib/fluent-bit', 'storage.sync': 'normal' },
      pipeline: {
        inputs: [
          {
            name: 'tail',
            path: '/var/log/rag/*.log',
            parser: 'json',
            db: '/var/lib/fluent-bit/rag.db',
            'storage.type': 'filesystem',
            tag: 'rag'
          }
        ],
        outputs: [
          {
            name: 'es',
            match: 'rag',
            host: '${ELASTICSEARCH_HOST}',
            port: 9200,
            index: stream,
            suppress_type_name: 'on',
            write_operation: 'create',
            id_key: 'event.id',
            tls: 'on',
            'tls.verify': 'on',
            http_user: '${ELASTICSEARCH_USER}',
            http_passwd: '${ELASTICSEARCH_PASSWORD}',
            retry_limit: 'no_limits'
          }
        ]
      }
    }),
    'shippers/logrotate.conf': `# ${NOTE}
# Only for files that another program writes: the logger rotates its own.
/var/log/rag/*.log {
  daily
  maxsize 100M
  rotate 14
  compress
  delaycompress
  missingok
  notifempty
  copytruncate
}
`,
    'shippers/README.md': `<!-- ${NOTE} -->
# Shippers

All send lines of the ECS preset to the data stream \`${stream}\` with \`create\` and the id of the line, so that a line sent twice is stored once. Credentials come from the environment.

rsyslog is run in the tests of this package, against a stub of the bulk interface, and logrotate reads its file there. Filebeat and Fluent Bit could not be had: try those in staging first.

A FATAL line of a process that ended before it was scraped never reaches Prometheus: let the log store count \`log.level: fatal\` over five minutes and call the same receiver.
`
  }
}

function rsyslog(stream: string): string {
  return `# ${NOTE}
global(workDirectory="/var/spool/rsyslog")
module(load="imfile")
module(load="mmjsonparse")
module(load="omelasticsearch")

template(name="line" type="list") { property(name="$!all-json") }
template(name="id" type="list") { property(name="$!event!id") }

input(type="imfile" file="/var/log/rag/*.log" tag="rag" ruleset="rag" reopenOnTruncate="on")

ruleset(name="rag") {
  action(type="mmjsonparse" cookie="" useRawMsg="on")
  action(
    type="omelasticsearch"
    server=\`echo $ELASTICSEARCH_URL\`
    searchIndex="${stream}" searchType=""
    dynBulkId="on" bulkid="id" writeoperation="create"
    template="line" bulkmode="on" retryfailures="on"
    queue.type="linkedList" queue.filename="rag" queue.maxDiskSpace="1g" queue.saveOnShutdown="on"
    action.resumeRetryCount="-1"
  )
}
`
}
