// Databases, storage and networks. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const databases: RuleGroup = {
  area: 'databases',
  tokens: [
    {
      id: 'neon-key',
      vendor: 'Neon',
      prefixes: ['napi_'],
      body: '[a-z0-9]{40,80}',
      source: 'https://neon.tech/docs/manage/api-keys',
      yes: ['napi_{64:lo}'],
      no: ['napi_env']
    },
    {
      id: 'aiven-password',
      vendor: 'Aiven',
      prefixes: ['AVNS_'],
      body: '[A-Za-z0-9_-]{16,40}',
      source: 'https://aiven.io/docs/',
      yes: ['AVNS_{19:w}'],
      no: ['AVNS_x']
    },
    {
      id: 'astra-token',
      vendor: 'DataStax',
      prefixes: ['AstraCS:'],
      body: '[A-Za-z0-9]{20,40}:[a-f0-9]{64}',
      source: 'https://docs.datastax.com/en/astra-db-serverless/',
      yes: ['AstraCS:{24:an}:{64:hex}'],
      no: ['AstraCS:x']
    },
    {
      id: 'atlas-secret',
      vendor: 'MongoDB',
      prefixes: ['mdb_sa_sk_'],
      body: '[A-Za-z0-9_-]{30,60}',
      source: 'https://www.mongodb.com/docs/atlas/api/service-accounts/',
      yes: ['mdb_sa_sk_{40:w}'],
      no: ['mdb_sa_sk_x']
    },
    {
      id: 'cockroach-key',
      vendor: 'Cockroach Labs',
      prefixes: ['CCDB1_'],
      body: '[A-Za-z0-9]{22}_[A-Za-z0-9]{40}',
      source: 'https://www.cockroachlabs.com/docs/cockroachcloud/cloud-api',
      yes: ['CCDB1_{22:an}_{40:an}'],
      no: ['CCDB1_x']
    },
    {
      id: 'xata-key',
      vendor: 'Xata',
      prefixes: ['xau_'],
      body: '[A-Za-z0-9]{32,60}',
      source: 'https://xata.io/docs',
      yes: ['xau_{43:an}'],
      no: ['xau_x']
    },
    {
      id: 'clickhouse-secret',
      vendor: 'ClickHouse',
      prefixes: ['4b1d'],
      body: '[A-Za-z0-9]{38}',
      exact: true,
      source: 'https://clickhouse.com/docs/en/cloud/manage/api',
      yes: ['4b1d{38:an}'],
      no: ['4b1d22']
    },
    {
      id: 'backblaze-key',
      vendor: 'Backblaze',
      prefixes: ['K00'],
      body: '\\d[A-Za-z0-9]{27}',
      exact: true,
      source: 'https://www.backblaze.com/docs/cloud-storage-application-keys',
      yes: ['K005{27:an}'],
      no: ['K001']
    },
    {
      id: 'tailscale-key',
      vendor: 'Tailscale',
      prefixes: ['tskey-'],
      body: '[a-z]{2,12}-[A-Za-z0-9_-]{16,80}',
      source: 'https://tailscale.com/kb/1085/auth-keys',
      yes: ['tskey-auth-{12:an}CNTRL-{32:an}', 'tskey-api-{12:an}CNTRL-{32:an}'],
      no: ['tskey-auth']
    },
    {
      id: 'openstack-fernet',
      vendor: 'OpenStack',
      prefixes: ['gAAAAA'],
      body: '[A-Za-z0-9_-]{60,300}',
      source: 'https://docs.openstack.org/keystone/latest/admin/fernet-token-faq.html',
      yes: ['gAAAAA{150:w}'],
      no: ['gAAAAAx']
    }
  ]
}
