// Services of the area "monitoring" whose tokens have no prefix: found by the name beside them. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const monitoringNames: RuleGroup = {
  area: 'monitoringNames',
  tokens: [],
  named: [
    {
      id: 'datadog-key',
      vendor: 'Datadog',
      words: ['datadog', 'dd_api', 'dd_app', 'ddapi', 'ddapp'],
      value: '[a-f0-9]{32}|[A-Za-z0-9]{40}',
      source: 'https://docs.datadoghq.com/account_management/api-app-keys/',
      yes: ['{32:hex}'],
      no: ['short1']
    },
    {
      id: 'newrelic-key',
      vendor: 'New Relic',
      words: ['newrelic', 'new_relic', 'new-relic', 'nr'],
      value: '[a-f0-9]{36}NRAL|[a-f0-9]{40}|[a-z0-9]{64}',
      source: 'https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/',
      yes: ['{36:hex}NRAL'],
      no: ['short1']
    },
    {
      id: 'splunk-token',
      vendor: 'Splunk',
      words: ['splunk', 'hec'],
      value: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://docs.splunk.com/',
      yes: ['{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['short1']
    },
    {
      id: 'segment-key',
      vendor: 'Segment',
      words: ['segment'],
      value: '[A-Za-z0-9]{32}|[A-Za-z0-9_-]{43}\\.[A-Za-z0-9_-]{43}',
      source: 'https://segment.com/docs/',
      yes: ['{32:an}'],
      no: ['short1']
    },
    {
      id: 'amplitude-key',
      vendor: 'Amplitude',
      words: ['amplitude'],
      value: '[a-f0-9]{32}',
      source: 'https://amplitude.com/docs/',
      yes: ['{32:hex}'],
      no: ['short1']
    },
    {
      id: 'mixpanel-key',
      vendor: 'Mixpanel',
      words: ['mixpanel'],
      value: '[a-f0-9]{32}',
      source: 'https://docs.mixpanel.com/',
      yes: ['{32:hex}'],
      no: ['short1']
    },
    {
      id: 'rollbar-token',
      vendor: 'Rollbar',
      words: ['rollbar'],
      value: '[a-f0-9]{32}',
      source: 'https://docs.rollbar.com/',
      yes: ['{32:hex}'],
      no: ['short1']
    },
    {
      id: 'bugsnag-key',
      vendor: 'Bugsnag',
      words: ['bugsnag'],
      value: '[a-f0-9]{32}',
      source: 'https://docs.bugsnag.com/',
      yes: ['{32:hex}'],
      no: ['short1']
    },
    {
      id: 'pagerduty-key',
      vendor: 'PagerDuty',
      words: ['pagerduty', 'pager_duty'],
      value: '[uy]\\+?[A-Za-z0-9_-]{18}|[a-f0-9]{32}|[A-Za-z0-9_-]{20}',
      source: 'https://support.pagerduty.com/',
      yes: ['u+{18:an}'],
      no: ['short1']
    },
    {
      id: 'opsgenie-key',
      vendor: 'Opsgenie',
      words: ['opsgenie'],
      value: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://support.atlassian.com/opsgenie/',
      yes: ['{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['short1']
    },
    {
      id: 'sumologic-key',
      vendor: 'Sumo Logic',
      words: ['sumo', 'sumologic'],
      value: '[A-Za-z0-9]{64}',
      source: 'https://help.sumologic.com/',
      yes: ['{64:an}'],
      no: ['short1']
    },
    {
      id: 'logzio-token',
      vendor: 'Logz.io',
      words: ['logzio', 'logz'],
      value: '[A-Za-z]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://docs.logz.io/',
      yes: ['{32:alpha}'],
      no: ['short1']
    },
    {
      id: 'honeycomb-key',
      vendor: 'Honeycomb',
      words: ['honeycomb'],
      value: '[a-f0-9]{32}|[A-Za-z0-9]{22}',
      source: 'https://docs.honeycomb.io/',
      yes: ['{32:hex}'],
      no: ['short1']
    },
    {
      id: 'mezmo-key',
      vendor: 'Mezmo',
      words: ['mezmo', 'logdna'],
      value: '[a-f0-9]{32}',
      source: 'https://docs.mezmo.com/',
      yes: ['{32:hex}'],
      no: ['short1']
    },
    {
      id: 'instana-token',
      vendor: 'Instana',
      words: ['instana'],
      value: '[A-Za-z0-9_-]{22}',
      source: 'https://www.ibm.com/docs/en/instana-observability',
      yes: ['{22:w}'],
      no: ['short1']
    },
    {
      id: 'coralogix-key',
      vendor: 'Coralogix',
      words: ['coralogix'],
      value: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://coralogix.com/docs/',
      yes: ['{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['short1']
    }
  ]
}
