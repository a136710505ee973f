// Clouds and hosting. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const clouds: RuleGroup = {
  area: 'clouds',
  tokens: [
    {
      id: 'aws-access-key-id',
      vendor: 'AWS',
      prefixes: ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
      body: '[A-Z2-7]{16}',
      exact: true,
      source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html',
      yes: ['AKIA{16:b32}', 'ASIA{16:b32}'],
      no: ['ASIAN', 'AKIA1']
    },
    {
      id: 'aws-bedrock-key',
      vendor: 'AWS',
      prefixes: ['ABSK'],
      body: '[A-Za-z0-9+/]{100,300}',
      source: 'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html',
      yes: ['ABSK{128:an}'],
      no: ['ABSKx']
    },
    {
      id: 'aws-bedrock-key',
      vendor: 'AWS',
      prefixes: ['bedrock-api-key-'],
      body: '[A-Za-z0-9+/=_-]{40,400}',
      source: 'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html',
      yes: ['bedrock-api-key-{120:an}'],
      no: ['bedrock-api-key-x']
    },
    {
      id: 'aws-mws-token',
      vendor: 'Amazon',
      prefixes: ['amzn.mws.'],
      body: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://developer-docs.amazon.com/sp-api/',
      yes: ['amzn.mws.{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['amzn.mws.x']
    },
    {
      id: 'gcp-oauth-secret',
      vendor: 'Google',
      prefixes: ['GOCSPX-'],
      body: '[A-Za-z0-9_-]{20,40}',
      source: 'https://developers.google.com/identity/protocols/oauth2',
      yes: ['GOCSPX-{28:w}'],
      no: ['GOCSPX-a']
    },
    {
      id: 'gcp-access-token',
      vendor: 'Google',
      prefixes: ['ya29.'],
      body: '[A-Za-z0-9_.-]{20,400}',
      source: 'https://developers.google.com/identity/protocols/oauth2',
      yes: ['ya29.{120:w}'],
      no: ['ya29.a']
    },
    {
      id: 'gcp-refresh-token',
      vendor: 'Google',
      prefixes: ['1//0'],
      body: '[A-Za-z0-9_-]{40,200}',
      source: 'https://developers.google.com/identity/protocols/oauth2',
      yes: ['1//0{98:w}'],
      no: ['1//02']
    },
    {
      id: 'alibaba-key-id',
      vendor: 'Alibaba Cloud',
      prefixes: ['LTAI'],
      body: '[A-Za-z0-9]{12,30}',
      source: 'https://www.alibabacloud.com/help/en/ram/',
      yes: ['LTAI{20:an}'],
      no: ['LTAIR']
    },
    {
      id: 'tencent-secret-id',
      vendor: 'Tencent Cloud',
      prefixes: ['AKID'],
      body: '[A-Za-z0-9]{32}',
      exact: true,
      source: 'https://www.tencentcloud.com/document/product/598',
      yes: ['AKID{32:an}'],
      no: ['AKIDs']
    },
    {
      id: 'volcengine-key',
      vendor: 'Volcengine',
      prefixes: ['AKLT'],
      body: '[A-Za-z0-9_-]{30,60}',
      source: 'https://www.volcengine.com/docs/',
      yes: ['AKLT{43:an}'],
      no: ['AKLTx']
    },
    {
      id: 'digitalocean-token',
      vendor: 'DigitalOcean',
      prefixes: ['dop_v1_', 'doo_v1_', 'dor_v1_'],
      body: '[a-f0-9]{64}',
      source: 'https://docs.digitalocean.com/reference/api/create-personal-access-token/',
      yes: ['dop_v1_{64:hex}', 'doo_v1_{64:hex}', 'dor_v1_{64:hex}'],
      no: ['dop_v1_x']
    },
    {
      id: 'cloudflare-key',
      vendor: 'Cloudflare',
      prefixes: ['v1.0-'],
      body: '[a-f0-9]{24}-[a-f0-9]{146}',
      source: 'https://developers.cloudflare.com/fundamentals/api/get-started/ca-keys/',
      yes: ['v1.0-{24:hex}-{146:hex}'],
      no: ['v1.0-beta']
    },
    {
      id: 'cloudflare-token',
      vendor: 'Cloudflare',
      prefixes: ['cfut_', 'cfat_', 'cfk_'],
      body: '[A-Za-z0-9_-]{36,80}',
      source: 'https://developers.cloudflare.com/fundamentals/api/get-started/',
      yes: ['cfut_{48:an}', 'cfat_{48:an}'],
      no: ['cfk_x']
    },
    {
      id: 'heroku-key',
      vendor: 'Heroku',
      prefixes: ['HRKU-'],
      body: '[A-Za-z0-9_-]{36,80}',
      source: 'https://devcenter.heroku.com/articles/authentication',
      yes: ['HRKU-AA{58:w}', 'HRKU-{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['HRKU-x']
    },
    {
      id: 'fly-token',
      vendor: 'Fly.io',
      prefixes: ['fo1_'],
      body: '[A-Za-z0-9_-]{40,60}',
      source: 'https://fly.io/docs/security/tokens/',
      yes: ['fo1_{43:w}'],
      no: ['fo1_x']
    },
    {
      id: 'fly-token',
      vendor: 'Fly.io',
      prefixes: ['fm1_', 'fm1a_', 'fm1r_', 'fm2_'],
      body: '[A-Za-z0-9+/=_-]{80,400}',
      source: 'https://fly.io/docs/security/tokens/',
      yes: ['fm2_{120:an}'],
      no: ['fm2_x']
    },
    {
      id: 'render-key',
      vendor: 'Render',
      prefixes: ['rnd_'],
      body: '[A-Za-z0-9]{28,40}',
      source: 'https://render.com/docs/api',
      yes: ['rnd_{32:an}'],
      no: ['rnd_seed']
    },
    {
      id: 'netlify-token',
      vendor: 'Netlify',
      prefixes: ['nfp_', 'nfc_', 'nfo_', 'nfu_', 'nfb_'],
      body: '[A-Za-z0-9]{36,50}',
      source: 'https://docs.netlify.com/api/get-started/',
      yes: ['nfp_{40:an}'],
      no: ['nfp_x']
    },
    {
      id: 'vercel-token',
      vendor: 'Vercel',
      prefixes: ['vcp_', 'vci_', 'vca_', 'vcr_'],
      body: '[A-Za-z0-9]{24,100}',
      source: 'https://vercel.com/docs/rest-api',
      yes: ['vcp_{56:an}'],
      no: ['vcp_x']
    },
    {
      id: 'scaleway-key',
      vendor: 'Scaleway',
      prefixes: ['SCW'],
      body: '[A-Z0-9]{17}',
      exact: true,
      source: 'https://www.scaleway.com/en/docs/iam/',
      yes: ['SCW{17:up}'],
      no: ['SCW1']
    },
    {
      id: 'yandex-key',
      vendor: 'Yandex',
      prefixes: ['AQVN'],
      body: '[A-Za-z0-9_-]{35,38}',
      source: 'https://yandex.cloud/en/docs/iam/concepts/authorization/api-key',
      yes: ['AQVN{36:w}'],
      no: ['AQVNx']
    },
    {
      id: 'yandex-token',
      vendor: 'Yandex',
      prefixes: ['t1.'],
      body: '[A-Z0-9a-z_-]{20,400}\\.[A-Z0-9a-z_-]{60,120}',
      source: 'https://yandex.cloud/en/docs/iam/concepts/authorization/iam-token',
      yes: ['t1.{180:w}.{86:w}'],
      no: ['t1.micro']
    },
    {
      id: 'yandex-token',
      vendor: 'Yandex',
      prefixes: ['y0_'],
      body: '[A-Za-z0-9_-]{50,70}',
      source: 'https://yandex.com/dev/id/doc/en/',
      yes: ['y0_{55:w}'],
      no: ['y0_x']
    },
    {
      id: 'yandex-key',
      vendor: 'Yandex',
      prefixes: ['YC'],
      body: '[A-Za-z0-9_-]{38}',
      exact: true,
      mixed: true,
      source: 'https://yandex.cloud/en/docs/iam/operations/sa/create-access-key',
      yes: ['YC{38:an}'],
      no: ['YCombinator']
    },
    {
      id: 'supabase-key',
      vendor: 'Supabase',
      prefixes: ['sbp_', 'sb_secret_', 'sbp_oauth_'],
      body: '(?:v0_)?[A-Za-z0-9_-]{28,60}',
      source: 'https://supabase.com/docs/guides/api/api-keys',
      yes: ['sbp_{40:hex}', 'sb_secret_{22:w}_{8:an}'],
      no: ['sbp_x']
    },
    {
      id: 'planetscale-token',
      vendor: 'PlanetScale',
      prefixes: ['pscale_tkn_', 'pscale_pw_', 'pscale_oauth_'],
      body: '[A-Za-z0-9_=.-]{32,64}',
      source: 'https://planetscale.com/docs/concepts/service-tokens',
      yes: ['pscale_tkn_{43:w}', 'pscale_pw_{43:w}', 'pscale_oauth_{43:w}'],
      no: ['pscale_tkn_x']
    }
  ]
}
