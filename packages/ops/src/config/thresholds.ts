// Every threshold of the alerts: value, unit and reason in one place.

export interface Threshold {
  readonly value: number
  readonly unit: string
  readonly reason: string
}

const entry = (value: number, unit: string, reason: string): Threshold => ({ value, unit, reason })

/** Defaults; `thresholds` in ops.config.ts overrides a value. */
export const thresholds = {
  burnFast: entry(14.4, 'times the budget', '2 % of a 30-day budget gone in one hour'),
  burnMid: entry(6, 'times the budget', '5 % of a 30-day budget gone in six hours'),
  burnSlow: entry(3, 'times the budget', '10 % of a 30-day budget gone in one day'),
  burnTrickle: entry(1, 'times the budget', '10 % of a 30-day budget gone in three days'),
  minimumErrors: entry(5, 'failed requests', 'below this a burn rate at low traffic is one unlucky caller'),
  lowTrafficErrors: entry(10, 'failed requests in 6 h', 'a quiet service that keeps failing would never fill a burn window'),
  lowTrafficRate: entry(0.5, 'requests/s', 'below this a service counts as quiet'),
  slowSeconds: entry(2, 's', 'a user notices that the service hesitates'),
  restarts: entry(3, 'restarts in 30 min', 'a deploy restarts a process once; more is a crash loop'),
  dependencyErrors: entry(0.5, 'share of calls', 'half of the calls failing is an outage, not noise'),
  dependencyTimeouts: entry(0.1, 'share of calls', 'callers hold their own requests open for as long'),
  dependencyCalls: entry(0.05, 'calls/s', 'fewer calls say nothing about a dependency'),
  retries: entry(0.2, 'retries per call', 'above this retries add to the load that causes them'),
  eventLoopSeconds: entry(0.2, 's', 'every request of the process waits as long'),
  heapUsed: entry(0.9, 'share of the limit', 'the collector spends its time there; the next step is out of memory'),
  memoryHours: entry(12, 'hours', 'enough working time to act before the kernel does'),
  throttled: entry(0.25, 'share of periods', 'alone it is normal; with a slow service it is the cause'),
  diskHours: entry(24, 'hours', 'a day to add space or delete'),
  slowQueries: entry(0.05, 'share of calls', 'one in twenty is a missing index, not an odd query'),
  poolSaturation: entry(1, 'ratio', 'above 1 callers wait for a connection'),
  replicaLagSeconds: entry(60, 's', 'reads from the replica are visibly old'),
  archiveAgeSeconds: entry(900, 's', 'as much would be lost with the disk'),
  deadlocks: entry(0, 'deadlocks in 15 min', 'each one is a transaction that a user lost'),
  connectionsUsed: entry(0.9, 'share of the limit', 'the next deploy or burst is refused'),
  llmErrors: entry(0.1, 'share of calls', 'one answer in ten fails or falls back'),
  llmCalls: entry(0.02, 'calls/s', 'fewer calls say nothing about a model'),
  llmFirstTokenSeconds: entry(5, 's', 'users leave a blank answer'),
  rateLimitUsed: entry(0.5, 'ratio', 'a forecast from less is noise'),
  rateLimitMinutes: entry(15, 'minutes', 'time to slow callers or ask for more'),
  rateLimited: entry(0.05, 'share of calls', 'clients retry single refusals by themselves'),
  budgetForecast: entry(1.1, 'ratio', 'ten percent over is beyond the error of the forecast'),
  budgetMinimum: entry(0.1, 'ratio', 'a forecast from less is noise'),
  budgetWarning: entry(0.8, 'ratio', 'time to decide before callers are refused'),
  budgetExceeded: entry(1, 'ratio', 'calls are refused or downgraded from here'),
  priceAgeDays: entry(90, 'days', 'providers change prices several times a year'),
  hitRatioDrop: entry(0.7, 'of its own mean', 'the load behind the cache grows by as much'),
  cacheTraffic: entry(0.1, 'look-ups/s', 'a ratio of fewer look-ups is noise'),
  redisMemory: entry(0.9, 'share of the limit', 'evictions start next'),
  redisEvictions: entry(1, 'keys/s', 'single evictions are how a cache works'),
  saveAgeSeconds: entry(7200, 's', 'as much would be lost with the process'),
  indexGrowth: entry(1.5, 'times in 7 days', 'growth like this needs shards or a policy, not more disk'),
  searchHeap: entry(0.85, 'share', 'breakers refuse requests above'),
  emptyResults: entry(0.3, 'share of retrievals', 'an answer without sources is a guess'),
  retrievalTraffic: entry(0.02, 'retrievals/s', 'a share of fewer is noise'),
  scoreDrop: entry(0.8, 'of last week', 'the index or the embedding changed'),
  negativeFeedback: entry(0.3, 'share of verdicts', 'users say so'),
  feedbackVerdicts: entry(10, 'verdicts in 6 h', 'a share of fewer is noise'),
  backupShrunk: entry(0.5, 'of last week', 'half of the data is missing from it'),
  errorLogRate: entry(5, 'times the day before', 'known errors repeat at their own rate'),
  errorLogMinimum: entry(0.2, 'lines/s', 'a multiple of nearly nothing is noise'),
  maskingSpike: entry(5, 'times the day before', 'someone began to log secrets'),
  maskingMinimum: entry(0.1, 'secrets/s', 'a multiple of nearly nothing is noise'),
  seriesBudget: entry(8000, 'label sets', '80 % of the default limit of the storage'),
  collectorAgeSeconds: entry(900, 's', 'its panels show figures that are no longer true'),
  scrapeSeconds: entry(5, 's', 'half of the default time-out of a scrape'),
  releaseErrors: entry(2, 'times before', 'the new version fails twice as often'),
  releaseErrorMinimum: entry(0.01, 'share of requests', 'twice nearly nothing is noise'),
  releaseTraffic: entry(0.1, 'requests/s', 'fewer requests prove nothing about a version'),
  canaryWorse: entry(1.5, 'times stable', 'a canary is compared with its twin, at the same time'),
  capacityDays: entry(30, 'days', 'a month to order, shard or archive'),
  anomalyScore: entry(6, 'robust z', 'normal noise stays below 4'),
  anomalyTraffic: entry(0.05, 'units/s', 'deviations of nearly nothing are noise')
} as const

export type ThresholdName = keyof typeof thresholds
