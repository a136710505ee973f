// Questions whose document is known, written by hand against Markdown that the lockfile pins; recall is measured on them.

export interface KnownQuestion {
  readonly question: string
  /** The document that holds the answer, as `rag-engine` names it. */
  readonly document: string
}

export const KNOWN_QUESTIONS: readonly KnownQuestion[] = [
  ['Which minimalist web framework for Node.js is fast and unopinionated?', 'npm:express'],
  ['What is Fastify and why does it lower the cost of infrastructure?', 'npm:fastify'],
  ['How do I parse incoming request bodies before my handlers?', 'npm:body-parser'],
  ['How do I parse and serialize HTTP cookies?', 'npm:cookie'],
  ['Which library turns a path string such as /user/:name into a regular expression?', 'npm:path-to-regexp'],
  ['How do I parse nested query strings into objects?', 'npm:qs'],
  ['How can I stream a file from the file system as an HTTP response with range support?', 'npm:send'],
  ['Which middleware serves static files from a folder?', 'npm:serve-static'],
  ['How do I read the entire buffer of a stream with a length limit?', 'npm:raw-body'],
  ['How do I run a callback when an HTTP request closes, finishes or errors?', 'npm:on-finished'],
  ['How do I generate an ETag for a response?', 'npm:etag'],
  ['How do I create an HTTP error such as 404 with a message?', 'npm:http-errors'],
  ['Where do I find a database of mime types and their file extensions?', 'npm:mime-db'],
  ['How do I create and parse a Content-Disposition header?', 'npm:content-disposition'],
  ['How can I convert character encodings without native code?', 'npm:iconv-lite'],
  ['How do I mark functions as deprecated in my module?', 'npm:depd'],
  ['Where can I look up HTTP status codes and their messages?', 'npm:statuses'],
  ['How do I parse the Range header of a request?', 'npm:range-parser'],
  ['How do I convert a string like 1TB into a number of bytes?', 'npm:bytes'],
  ['How do I encode a URL without encoding escape sequences twice?', 'npm:encodeurl'],
  ['How do I determine the address of a proxied request behind a trusted proxy?', 'npm:proxy-addr'],
  ['How do I parse IPv6 and IPv4 addresses in JavaScript?', 'npm:ipaddr.js'],
  ['Which tiny debugging utility is modelled after the debugging technique of Node.js core?', 'npm:debug'],
  ['Which HTTP router uses a radix tree and supports wildcards?', 'npm:find-my-way'],
  ['How do I inject fake HTTP requests into a server for tests without a socket?', 'npm:light-my-request'],
  ['How can I bootstrap an application asynchronously with plugins in the right order?', 'npm:avvio'],
  ['How can I serialize JSON faster with a JSON Schema?', 'npm:fast-json-stringify'],
  ['Which JSON schema validator is the fastest?', 'npm:ajv'],
  ['How do I protect JSON.parse against prototype poisoning?', 'npm:secure-json-parse'],
  ['How do I deep clone an object really fast?', 'npm:rfdc'],
  ['How do I use a fast in memory work queue with a concurrency limit?', 'npm:fastq'],
  ['How do I generate consistent warning objects across a codebase?', 'npm:process-warning'],
  ['Which package offers least recently used and first in first out caches?', 'npm:toad-cache'],
  ['How do I compare version ranges such as ^1.2.3?', 'npm:semver'],
  ['Which cache deletes the least recently used items when it is full?', 'npm:lru-cache'],
  ['What logs HTTP requests at high speed for Node.js?', 'npm:pino-http'],
  ['How do I redact secrets from objects with safe and fast paths?', 'npm:@pinojs/redact'],
  ['How do I stringify circular objects deterministically?', 'npm:safe-stable-stringify'],
  ['Which stream writes utf8 to files and file descriptors extremely fast?', 'npm:sonic-boom'],
  ['How do I send data to a Node.js worker thread as a stream?', 'npm:thread-stream'],
  ['How do I block the event loop with a zero CPU sleep?', 'npm:atomic-sleep'],
  ['Which Redis client for Node.js supports cluster, sentinel and pipelining?', 'npm:ioredis'],
  ['How do I calculate the cluster slot of a Redis key?', 'npm:cluster-key-slot'],
  ['Which double-ended queue has zero dependencies and is extremely fast?', 'npm:denque'],
  ['Which parser is built for the Redis protocol RESP?', 'npm:redis-parser'],
  ['How do I query PostgreSQL from pure JavaScript?', 'npm:pg'],
  ['How do I use a connection pool for PostgreSQL clients?', 'npm:pg-pool'],
  ['How do I parse a PostgreSQL connection string?', 'npm:pg-connection-string'],
  ['Where does a PostgreSQL client look up passwords in the file .pgpass?', 'npm:pgpass'],
  ['How do I record histograms and counters for Prometheus?', 'npm:prom-client'],
  ['What are the OpenTelemetry context managers based on async hooks?', 'npm:@opentelemetry/context-async-hooks'],
  ['What is in the OpenTelemetry API package for JavaScript?', 'npm:@opentelemetry/api'],
  ['How do I call the OpenAI REST API from TypeScript?', 'npm:openai'],
  ['Which HTTP/1.1 client was written from scratch for Node.js?', 'npm:undici'],
  ['How do I write property based tests in TypeScript?', 'npm:fast-check'],
  [
    'Which service of the example is the public door and begins a new trace for each question?',
    'repo:examples/rag-system/api-gateway/README.md'
  ],
  [
    'Which service keeps the vectors of passages and ranks them by reciprocal rank fusion?',
    'repo:examples/rag-system/rag-engine/README.md'
  ],
  ['Which service is the only one that talks to model providers?', 'repo:examples/rag-system/llm-service/README.md'],
  ['Which stand-in for a model provider needs no key and no network?', 'repo:examples/rag-system/model/README.md'],
  ['What is the database of the example when there is no DATABASE_URL?', 'repo:examples/rag-system/postgres/README.md'],
  ['How does the demo check that the readings of metrics, logs and spans agree?', 'repo:examples/rag-system/demo/README.md'],
  ['How do I watch files for changes across platforms?', 'npm:chokidar']
].map(([question, document]) => ({ question: question!, document: document! }))
