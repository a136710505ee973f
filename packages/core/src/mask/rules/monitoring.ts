// Monitoring, analytics and feature flags. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const monitoring: RuleGroup = {
  area: 'monitoring',
  tokens: [
    {
      id: 'grafana-token',
      vendor: 'Grafana',
      prefixes: ['glsa_'],
      body: '[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}',
      source: 'https://grafana.com/docs/grafana/latest/administration/service-accounts/',
      yes: ['glsa_{32:an}_{8:hex}'],
      no: ['glsa_x']
    },
    {
      id: 'grafana-token',
      vendor: 'Grafana',
      prefixes: ['glc_'],
      body: '[A-Za-z0-9+/]{32,400}',
      source: 'https://grafana.com/docs/grafana-cloud/account-management/authentication-and-permissions/access-policies/',
      yes: ['glc_eyJ{120:an}'],
      no: ['glc_x']
    },
    {
      id: 'grafana-key',
      vendor: 'Grafana',
      prefixes: ['eyJrIjoi'],
      body: '[A-Za-z0-9]{70,400}={0,2}',
      source: 'https://grafana.com/docs/grafana/latest/developers/http_api/auth/',
      yes: ['eyJrIjoi{80:an}'],
      no: ['eyJrIjoix']
    },
    {
      id: 'newrelic-key',
      vendor: 'New Relic',
      prefixes: ['NRAK-', 'NRRA-', 'NRSP-', 'NRIQ-', 'NRAA-', 'NRII-', 'NRJS-'],
      body: '[A-Za-z0-9_-]{19,48}',
      source: 'https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/',
      yes: ['NRAK-{27:up}', 'NRJS-{19:hex}', 'NRII-{32:w}'],
      no: ['NRAK-x']
    },
    {
      id: 'dynatrace-token',
      vendor: 'Dynatrace',
      prefixes: ['dt0c01.', 'dt0s01.', 'dt0s02.', 'dt0s08.', 'dt0s16.'],
      body: '[A-Z0-9]{8,24}\\.[A-Z0-9]{64}',
      source: 'https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients',
      yes: ['dt0c01.{24:up}.{64:up}', 'dt0s16.{24:up}.{64:up}'],
      no: ['dt0c01.x']
    },
    {
      id: 'honeycomb-key',
      vendor: 'Honeycomb',
      prefixes: ['hcaik_', 'hcaic_', 'hcbik_', 'hcxik_', 'hcxlk_'],
      body: '[A-Za-z0-9]{40,60}',
      source: 'https://docs.honeycomb.io/configure/environments/manage-api-keys/',
      yes: ['hcaik_01{56:lo}'],
      no: ['hcaik_x']
    },
    {
      id: 'posthog-key',
      vendor: 'PostHog',
      prefixes: ['phc_', 'phx_', 'phs_', 'pha_', 'phr_'],
      body: '[A-Za-z0-9_-]{40,60}',
      source: 'https://posthog.com/docs/api',
      yes: ['phc_{43:an}', 'phx_{43:an}'],
      no: ['phc_x']
    },
    {
      id: 'sentry-token',
      vendor: 'Sentry',
      prefixes: ['sntrys_'],
      body: 'eyJ[A-Za-z0-9+/=_-]{40,400}',
      source: 'https://docs.sentry.io/account/auth-tokens/',
      yes: ['sntrys_eyJ{140:an}_{43:an}'],
      no: ['sntrys_x']
    },
    {
      id: 'sentry-token',
      vendor: 'Sentry',
      prefixes: ['sntryu_', 'sntrya_'],
      body: '[a-f0-9]{64}',
      source: 'https://docs.sentry.io/account/auth-tokens/',
      yes: ['sntryu_{64:hex}'],
      no: ['sntryu_x']
    },
    {
      id: 'axiom-token',
      vendor: 'Axiom',
      prefixes: ['xaat-', 'xapt-'],
      body: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://axiom.co/docs/reference/tokens',
      yes: ['xaat-{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}', 'xapt-{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['xaat-x']
    },
    {
      id: 'checkly-key',
      vendor: 'Checkly',
      prefixes: ['cu_'],
      body: '[a-f0-9]{32}',
      exact: true,
      source: 'https://www.checklyhq.com/docs/',
      yes: ['cu_{32:hex}'],
      no: ['cu_x']
    },
    {
      id: 'rootly-key',
      vendor: 'Rootly',
      prefixes: ['rootly_'],
      body: '[a-f0-9]{64}',
      source: 'https://rootly.com/api',
      yes: ['rootly_{64:hex}'],
      no: ['rootly_x']
    },
    {
      id: 'sumologic-key',
      vendor: 'Sumo Logic',
      prefixes: ['su'],
      body: '[A-Za-z0-9]{12}',
      exact: true,
      mixed: true,
      source: 'https://help.sumologic.com/docs/manage/security/access-keys/',
      yes: ['su{12:anm}'],
      no: ['subscriptions', 'supercomputers', 'summarization']
    },
    {
      id: 'statsig-key',
      vendor: 'Statsig',
      prefixes: ['secret-'],
      body: '[A-Za-z0-9]{40,60}',
      source: 'https://docs.statsig.com/',
      yes: ['secret-{43:an}'],
      no: ['secret-name']
    },
    {
      id: 'configcat-key',
      vendor: 'ConfigCat',
      prefixes: ['configcat-sdk-'],
      body: '\\d/[A-Za-z0-9_-]{22}/[A-Za-z0-9_-]{22}',
      source: 'https://configcat.com/docs/',
      yes: ['configcat-sdk-1/{22:w}/{22:w}'],
      no: ['configcat-sdk-x']
    },
    {
      id: 'flagsmith-key',
      vendor: 'Flagsmith',
      prefixes: ['ser.'],
      body: '[A-Za-z0-9]{22}',
      exact: true,
      source: 'https://docs.flagsmith.com/',
      yes: ['ser.{22:an}'],
      no: ['ser.vice']
    },
    {
      id: 'highlight-key',
      vendor: 'Highlight',
      prefixes: ['hlk_'],
      body: '[A-Za-z0-9]{20,60}',
      source: 'https://www.highlight.io/docs',
      yes: ['hlk_{40:an}'],
      no: ['hlk_x']
    }
  ]
}
