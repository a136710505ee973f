// Secret stores, design and developer tools. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const tools: RuleGroup = {
  area: 'tools',
  tokens: [
    {
      id: 'postman-key',
      vendor: 'Postman',
      prefixes: ['PMAK-'],
      body: '[a-f0-9]{24}-[a-f0-9]{34}',
      source: 'https://learning.postman.com/docs/developer/postman-api/authentication/',
      yes: ['PMAK-{24:hex}-{34:hex}'],
      no: ['PMAK-x']
    },
    {
      id: 'postman-key',
      vendor: 'Postman',
      prefixes: ['PMAT-'],
      body: '[A-Z0-9]{26}',
      source: 'https://learning.postman.com/docs/developer/postman-api/authentication/',
      yes: ['PMAT-{26:up}'],
      no: ['PMAT-x']
    },
    {
      id: 'harness-key',
      vendor: 'Harness',
      prefixes: ['pat.', 'sat.'],
      body: '[A-Za-z0-9_-]{22}\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{20}',
      source: 'https://developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys/',
      yes: ['pat.{22:w}.{24:hex}.{20:an}'],
      no: ['sat.down']
    },
    {
      id: 'octopus-key',
      vendor: 'Octopus Deploy',
      prefixes: ['API-'],
      body: '[A-Z0-9]{26}',
      exact: true,
      source: 'https://octopus.com/docs/octopus-rest-api',
      yes: ['API-{26:up}'],
      no: ['API-FIRST']
    },
    {
      id: 'launchdarkly-key',
      vendor: 'LaunchDarkly',
      prefixes: ['sdk-', 'api-', 'mob-', 'rel-'],
      body: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      exact: true,
      source: 'https://launchdarkly.com/docs/home/account/environment/keys',
      yes: [
        'sdk-{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}',
        'api-{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}',
        'mob-{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'
      ],
      no: ['api-gateway', 'sdk-trace']
    },
    {
      id: 'figma-token',
      vendor: 'Figma',
      prefixes: ['figd_', 'figu_', 'figo_', 'figoh_', 'figor_', 'figdr_', 'figuh_', 'figur_'],
      body: '[A-Za-z0-9_-]{36,60}',
      source: 'https://www.figma.com/developers/api#access-tokens',
      yes: ['figd_{40:w}', 'figu_{40:w}'],
      no: ['figd_x']
    },
    {
      id: 'vault-token',
      vendor: 'HashiCorp',
      prefixes: ['hvs.', 'hvb.', 'hvr.'],
      body: '[A-Za-z0-9_-]{24,300}',
      source: 'https://developer.hashicorp.com/vault/docs/concepts/tokens',
      yes: ['hvs.{90:w}', 'hvb.{140:w}', 'hvs.{24:an}'],
      no: ['hvs.x']
    },
    {
      id: 'vault-token',
      vendor: 'HashiCorp',
      prefixes: ['s.'],
      body: '[A-Za-z0-9]{24}',
      exact: true,
      mixed: true,
      source: 'https://developer.hashicorp.com/vault/docs/concepts/tokens',
      yes: ['s.{24:an}'],
      no: ['s.replace', 's.toLocaleLowerCaseString']
    },
    {
      id: 'pulumi-token',
      vendor: 'Pulumi',
      prefixes: ['pul-'],
      body: '[a-f0-9]{40}',
      source: 'https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/',
      yes: ['pul-{40:hex}'],
      no: ['pul-x']
    },
    {
      id: 'doppler-token',
      vendor: 'Doppler',
      prefixes: ['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.scim.', 'dp.audit.', 'dp.sa.'],
      body: '(?:[a-z0-9_-]{2,35}\\.)?[A-Za-z0-9]{40,44}',
      source: 'https://docs.doppler.com/reference/auth-token-formats',
      yes: ['dp.pt.{43:an}', 'dp.st.dev.{43:an}', 'dp.ct.{43:an}'],
      no: ['dp.pt.x']
    },
    {
      id: 'infisical-token',
      vendor: 'Infisical',
      prefixes: ['st.'],
      body: '[a-f0-9]{24}\\.[a-f0-9]{32}\\.[a-f0-9]{32}',
      source: 'https://infisical.com/docs',
      yes: ['st.{24:hex}.{32:hex}.{32:hex}'],
      no: ['st.louis']
    },
    {
      id: 'onepassword-token',
      vendor: '1Password',
      prefixes: ['ops_eyJ'],
      body: '[A-Za-z0-9+/=_-]{200,500}',
      source: 'https://developer.1password.com/docs/service-accounts/',
      yes: ['ops_eyJ{250:an}'],
      no: ['ops_eyJx']
    },
    {
      id: 'onepassword-key',
      vendor: '1Password',
      prefixes: ['A3-'],
      body: '[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}',
      source: 'https://support.1password.com/secret-key/',
      yes: ['A3-{6:up}-{11:up}-{5:up}-{5:up}-{5:up}', 'A3-{6:up}-{6:up}-{5:up}-{5:up}-{5:up}-{5:up}'],
      no: ['A3-size']
    },
    {
      id: 'age-key',
      vendor: 'age',
      prefixes: ['AGE-SECRET-KEY-1'],
      body: '[A-Z0-9]{58}',
      source: 'https://age-encryption.org/v1',
      yes: ['AGE-SECRET-KEY-1{58:b32}'],
      no: ['AGE-SECRET-KEY-1']
    },
    {
      id: 'openvsx-token',
      vendor: 'Open VSX',
      prefixes: ['ovsxp_', 'ovsxat_'],
      body: '[A-Za-z0-9_-]{36,80}',
      source: 'https://github.com/eclipse/openvsx/wiki/Publishing-Extensions',
      yes: ['ovsxp_{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}', 'ovsxat_{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['ovsxp_x']
    },
    {
      id: 'deno-token',
      vendor: 'Deno',
      prefixes: ['ddp_', 'ddw_', 'ddo_'],
      body: '[A-Za-z0-9]{36}',
      source: 'https://docs.deno.com/deploy/',
      yes: ['ddp_{36:an}', 'ddw_{36:an}'],
      no: ['ddp_x']
    },
    {
      id: 'snyk-token',
      vendor: 'Snyk',
      prefixes: ['snyk_sat.', 'snyk_uat.'],
      body: '[A-Za-z0-9_-]{8}\\.[A-Za-z0-9_-]{20,600}',
      source: 'https://docs.snyk.io/snyk-api/authentication-for-api',
      yes: ['snyk_sat.{8:an}.{60:w}'],
      no: ['snyk_sat.x']
    },
    {
      id: 'endor-key',
      vendor: 'Endor Labs',
      prefixes: ['endr+'],
      body: '[A-Za-z0-9_-]{16}',
      source: 'https://docs.endorlabs.com/',
      yes: ['endr+{16:an}'],
      no: ['endr+x']
    },
    {
      id: 'spectral-key',
      vendor: 'Spectral',
      prefixes: ['spu-', 'sps-'],
      body: '[a-f0-9]{32}',
      source: 'https://docs.spectralops.io/',
      yes: ['spu-{32:hex}'],
      no: ['sps-x']
    },
    {
      id: 'cursor-key',
      vendor: 'Cursor',
      prefixes: ['key_'],
      body: '[a-f0-9]{64}',
      exact: true,
      source: 'https://docs.cursor.com/',
      yes: ['key_{64:hex}'],
      no: ['key_name', 'key_count']
    },
    {
      id: 'defined-key',
      vendor: 'Defined Networking',
      prefixes: ['dnkey-'],
      body: '[A-Za-z0-9_-]{26}-[A-Za-z0-9_-]{52}',
      source: 'https://docs.defined.net/',
      yes: ['dnkey-{26:lo}-{52:lo}'],
      no: ['dnkey-x']
    },
    {
      id: 'prefect-key',
      vendor: 'Prefect',
      prefixes: ['pnu_', 'pnb_'],
      body: '[A-Za-z0-9]{36}',
      source: 'https://docs.prefect.io/',
      yes: ['pnu_{36:an}', 'pnb_{36:an}'],
      no: ['pnu_x']
    },
    {
      id: 'scalingo-token',
      vendor: 'Scalingo',
      prefixes: ['tk-us-'],
      body: '[A-Za-z0-9_-]{48}',
      source: 'https://developers.scalingo.com/',
      yes: ['tk-us-{48:w}'],
      no: ['tk-us-x']
    },
    {
      id: 'authress-key',
      vendor: 'Authress',
      prefixes: ['sc_', 'ext_', 'scauth_', 'authress_'],
      body: '[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[a-z0-9+/_=-]{30,120}',
      source: 'https://authress.io/knowledge-base/docs/',
      yes: ['sc_{20:lo}.{4:lo}.acc_{20:lo}.{60:lo}'],
      no: ['sc_x', 'ext_name']
    },
    {
      id: 'apify-token',
      vendor: 'Apify',
      prefixes: ['apify_api_', 'apify_proxy_'],
      body: '[A-Za-z0-9]{30,50}',
      source: 'https://docs.apify.com/api/v2',
      yes: ['apify_api_{36:an}'],
      no: ['apify_api_x']
    },
    {
      id: 'retool-key',
      vendor: 'Retool',
      prefixes: ['retool_'],
      body: '(?:\\d{2}_)?[a-z0-9]{26,40}',
      source: 'https://docs.retool.com/reference/apis',
      yes: ['retool_01{28:lo}'],
      no: ['retool_x']
    },
    {
      id: 'n8n-key',
      vendor: 'n8n',
      prefixes: ['n8n_api_'],
      body: '[a-f0-9]{40,100}',
      source: 'https://docs.n8n.io/api/authentication/',
      yes: ['n8n_api_{80:hex}'],
      no: ['n8n_api_x']
    },
    {
      id: 'trigger-key',
      vendor: 'Trigger.dev',
      prefixes: ['tr_dev_', 'tr_prod_', 'tr_pat_'],
      body: '[A-Za-z0-9]{20,50}',
      source: 'https://trigger.dev/docs',
      yes: ['tr_dev_{24:an}', 'tr_prod_{24:an}'],
      no: ['tr_dev_x']
    },
    {
      id: 'inngest-key',
      vendor: 'Inngest',
      prefixes: ['signkey-'],
      body: '(?:prod|test|branch|dev)-[a-f0-9]{32,64}',
      source: 'https://www.inngest.com/docs/events/creating-an-event-key',
      yes: ['signkey-prod-{64:hex}'],
      no: ['signkey-prod']
    },
    {
      id: 'convex-key',
      vendor: 'Convex',
      prefixes: ['prod:', 'dev:', 'preview:'],
      body: '[a-z]{2,20}-[a-z]{2,20}-\\d{1,4}\\|[A-Za-z0-9+/=]{40,200}',
      source: 'https://docs.convex.dev/cli/deploy-key-types',
      yes: ['prod:happy-animal-123|{80:an}'],
      no: ['dev:host', 'prod:x']
    },
    {
      id: 'stytch-secret',
      vendor: 'Stytch',
      prefixes: ['secret-live-', 'secret-test-'],
      body: '[A-Za-z0-9_=-]{30,60}',
      source: 'https://stytch.com/docs/api',
      yes: ['secret-live-{36:w}'],
      no: ['secret-live-x']
    },
    {
      id: 'notion-token',
      vendor: 'Notion',
      prefixes: ['ntn_', 'secret_'],
      body: '[A-Za-z0-9]{40,60}',
      source: 'https://developers.notion.com/docs/authorization',
      yes: ['ntn_{46:an}', 'secret_{43:an}'],
      no: ['secret_name', 'ntn_x']
    }
  ]
}
