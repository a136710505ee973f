// Services of the area "clouds" whose tokens have no prefix: found by the name beside them. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const cloudsNames: RuleGroup = {
  area: 'cloudsNames',
  tokens: [],
  named: [
    {
      id: 'heroku-key',
      vendor: 'Heroku',
      words: ['heroku'],
      value: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://devcenter.heroku.com/articles/authentication',
      yes: ['{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['short1']
    },
    {
      id: 'cloudflare-token',
      vendor: 'Cloudflare',
      words: ['cloudflare'],
      value: '(?:[A-Za-z0-9_-]{40}|[a-f0-9]{37})',
      source: 'https://developers.cloudflare.com/api/tokens/',
      yes: ['{40:w}'],
      no: ['short1']
    },
    {
      id: 'linode-token',
      vendor: 'Linode',
      words: ['linode'],
      value: '[a-f0-9]{64}',
      source: 'https://techdocs.akamai.com/linode-api/',
      yes: ['{64:hex}'],
      no: ['short1']
    },
    {
      id: 'hetzner-token',
      vendor: 'Hetzner',
      words: ['hetzner', 'hcloud'],
      value: '[A-Za-z0-9]{64}',
      source: 'https://docs.hetzner.cloud/',
      yes: ['{64:an}'],
      no: ['short1']
    },
    {
      id: 'vultr-key',
      vendor: 'Vultr',
      words: ['vultr'],
      value: '[A-Z0-9]{36}',
      source: 'https://www.vultr.com/api/',
      yes: ['{36:up}'],
      no: ['short1']
    },
    {
      id: 'fastly-token',
      vendor: 'Fastly',
      words: ['fastly'],
      value: '[A-Za-z0-9_-]{32}',
      source: 'https://docs.fastly.com/en/guides/using-api-tokens',
      yes: ['{32:w}'],
      no: ['short1']
    },
    {
      id: 'confluent-key',
      vendor: 'Confluent',
      words: ['confluent'],
      value: '[A-Za-z0-9+/]{64}|[A-Z0-9]{16}',
      source: 'https://docs.confluent.io/cloud/current/access-management/authenticate/api-keys/',
      yes: ['{64:an}'],
      no: ['short1']
    },
    {
      id: 'upstash-token',
      vendor: 'Upstash',
      words: ['upstash'],
      value: '[A-Za-z0-9=_-]{40,120}',
      source: 'https://upstash.com/docs',
      yes: ['{60:w}'],
      no: ['short1']
    },
    {
      id: 'railway-token',
      vendor: 'Railway',
      words: ['railway'],
      value: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://docs.railway.com/reference/public-api',
      yes: ['{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['short1']
    },
    {
      id: 'ibm-cloud-key',
      vendor: 'IBM Cloud',
      words: ['ibm', 'bluemix'],
      value: '[A-Za-z0-9_-]{44}',
      source: 'https://cloud.ibm.com/docs/account',
      yes: ['{44:w}'],
      no: ['short1']
    },
    {
      id: 'ovh-key',
      vendor: 'OVH',
      words: ['ovh'],
      value: '[A-Za-z0-9]{32}',
      source: 'https://help.ovhcloud.com/',
      yes: ['{32:an}'],
      no: ['short1']
    },
    {
      id: 'algolia-key',
      vendor: 'Algolia',
      words: ['algolia'],
      value: '[a-f0-9]{32}',
      source: 'https://www.algolia.com/doc/guides/security/api-keys/',
      yes: ['{32:hex}'],
      no: ['short1']
    },
    {
      id: 'influx-token',
      vendor: 'InfluxData',
      words: ['influx'],
      value: '[A-Za-z0-9_-]{86}==',
      source: 'https://docs.influxdata.com/influxdb/',
      yes: ['{86:w}=='],
      no: ['short1']
    },
    {
      id: 'elastic-key',
      vendor: 'Elastic',
      words: ['elastic', 'elasticsearch'],
      value: '[A-Za-z0-9]{58}==|[A-Za-z0-9_-]{20}:[A-Za-z0-9_-]{22}',
      source: 'https://www.elastic.co/docs/deploy-manage/api-keys',
      yes: ['{58:an}=='],
      no: ['short1']
    },
    {
      id: 'alibaba-secret',
      vendor: 'Alibaba Cloud',
      words: ['alibaba', 'aliyun', 'alicloud'],
      value: '[A-Za-z0-9]{30}',
      source: 'https://www.alibabacloud.com/help/en/ram/',
      yes: ['{30:lo}'],
      no: ['short1']
    }
  ]
}
