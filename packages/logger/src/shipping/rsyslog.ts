// A configuration of rsyslog that delivers every line of a log file to Elasticsearch exactly once.
import { basename, dirname } from 'node:path'
import { readTarget, type ShippingOptions } from './options.js'
import { rotatedNames } from './rotated.js'

export interface RsyslogOptions extends ShippingOptions {
  /** Where rsyslog keeps its place in the file, its queues, and what Elasticsearch refused. @default /var/spool/rsyslog */
  spool?: string
}

/**
 * A complete configuration for rsyslog 8.2302 or newer with the package `rsyslog-elasticsearch`.
 *
 * Exactly once means: at least once from the file, and a line that comes twice is refused by its id. Outages are waited out with queues on
 * the disk. Lines that are refused for lack of room, alone or as a whole request, are sent again; rsyslog by itself gives up a whole refused
 * request, so that goes through a file here. What is refused for good is kept in `rejected.log`. The password is that of the user `rsyslog`
 * and comes from `ELASTICSEARCH_PASSWORD`; it must hold no spaces.
 *
 * @throws RagError `RAG_LOGGER_OPTION`, `RAG_CORE_SERVICE`
 * @example
 * writeFileSync('/etc/rsyslog.d/60-rag-engine.conf', rsyslogConfig({ service: 'rag-engine' }))
 */
export function rsyslogConfig({ spool = '/var/spool/rsyslog', ...options }: RsyslogOptions): string {
  const { service, file, url, caFile, dataStream } = readTarget('rsyslogConfig', options)
  const { logger, logrotate } = rotatedNames(file)
  const names = `${dirname(file)}/{${[logger, logrotate, file].map((path) => basename(path)).join(',')}}`
  const name = service.replace(/\W/g, '_')
  const send = (
    template: string
  ) => `action(type="omelasticsearch" server="${url.origin}" usehttps="on" tls.cacert="${caFile}" skipverifyhost="off"
         uid="rsyslog" pwd=\`echo $ELASTICSEARCH_PASSWORD\`
         searchIndex="${dataStream}" searchType="" template="${name}_${template}" dynBulkId="on" bulkid="${name}_id" writeoperation="create"
         bulkmode="on" indextimeout="60000" retryfailures="on" retryruleset="${name}_answers" ratelimit.interval="0"
         errorfile="${spool}/${name}.refused" action.errorfile="${spool}/${name}.unsent" action.resumeRetryCount="-1" action.resumeInterval="1" action.resumeIntervalMax="30")`
  return `# Lines of ${service} to Elasticsearch.
global(workDirectory="${spool}" maxMessageSize="16m")
module(load="imfile" mode="inotify" sortFiles="on")
module(load="mmjsonparse")
module(load="omelasticsearch")

# The file and what it is called once it is rotated: after a pause rsyslog looks for names, and several rotations may have gone by.
# Under a new name it is read on from where it was. The current file stands last: then it is the first that is looked at for a change.
input(type="imfile" file="${names}" tag="${service}" ruleset="${name}_lines" reopenOnTruncate="on" freshStartTail="off")
# Requests that Elasticsearch refused as a whole, as rsyslog writes them down.
input(type="imfile" file="${spool}/${name}.refused" tag="${service}" ruleset="${name}_refused" reopenOnTruncate="on" freshStartTail="off")
# Lines to which no Elasticsearch answered, but a proxy before it.
input(type="imfile" file="${spool}/${name}.unsent" tag="${service}" ruleset="${name}_unsent" reopenOnTruncate="on" freshStartTail="off")

template(name="${name}_line" type="list") { property(name="msg") }
template(name="${name}_again" type="list") { property(name="$!all-json-plain") }
template(name="${name}_kept" type="list") { property(name="$!template0") }
template(name="${name}_each" type="list") { property(name="$.each") }
template(name="${name}_id" type="list") { property(name="$.id") }
template(name="${name}_torn" type="string" string="0 not_json - %msg%\\n")
template(name="${name}_rejected" type="string" string="%$.omes!status% %$.omes!error!type% %$.omes!error!reason% %$!all-json-plain%\\n")

ruleset(name="${name}_lines" ${queue(name, 250)}) {
  action(type="mmjsonparse" cookie="")
  if $parsesuccess != "OK" then {
    # Half a line of a process that was killed: it cannot be indexed, so it is kept here.
    action(type="omfile" file="${spool}/${name}.rejected" template="${name}_torn")
    stop
  }
  set $.id = $!event.id;
  ${send('line')}
}

# Lines that are tried again, after a pause. They stand in the tree, not in the text.
ruleset(name="${name}_again" ${queue(`${name}_again`, 250, 250_000)}) {
  set $.id = $.omes!_id;
  ${send('again')}
}

# Answers of Elasticsearch, line by line.
ruleset(name="${name}_answers" ${queue(`${name}_answers`, 1000)}) {
  # 409 says that the line is there already. 429 and 5xx are tried again, whatever else is refused is kept.
  if $.omes!status < 300 or $.omes!status == 409 then stop
  if $.omes!status < 500 and $.omes!status != 429 then {
    action(type="omfile" file="${spool}/${name}.rejected" template="${name}_rejected")
    stop
  }
  call ${name}_again
}

ruleset(name="${name}_unsent" ${queue(`${name}_unsent`, 250, 250_000)}) {
  action(type="mmjsonparse" cookie="")
  set $.id = $!template1;
  ${send('kept')}
}

# A refused request holds an action and a line in turn.
ruleset(name="${name}_refused" ${queue(`${name}_refused`, 1, 200_000)}) {
  action(type="mmjsonparse" cookie="")
  set $.all = '{"list":[' & replace($!request!postdata, "\\n", ",") & 'null]}';
  set $.parsed = parse_json($.all, "\\$!again");
  foreach ($.each in $!again!list) do {
    if $.each!create!_id != "" then set $.id = $.each!create!_id;
    else if $.each != "" then {
      ${send('each')}
    }
  }
}
`
}

/** In memory, and on the disk when memory is full or rsyslog stops. Whoever fills it waits: nothing is thrown away. */
function queue(name: string, batch: number, pauseMicroseconds = 0): string {
  const pace = pauseMicroseconds > 0 ? ` queue.dequeueSlowDown="${pauseMicroseconds}"` : ''
  return `queue.type="LinkedList" queue.size="50000" queue.filename="${name}" queue.maxDiskSpace="1g" queue.saveOnShutdown="on"
        queue.dequeueBatchSize="${batch}" queue.timeoutEnqueue="2000000000"${pace}`
}
