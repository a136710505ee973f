// Payment, shops and shipping. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const payment: RuleGroup = {
  area: 'payment',
  tokens: [
    {
      id: 'stripe-key',
      vendor: 'Stripe',
      prefixes: ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'sk_prod_', 'rk_prod_'],
      body: '[A-Za-z0-9]{10,200}',
      source: 'https://docs.stripe.com/keys',
      yes: ['sk_live_{24:an}', 'sk_test_{99:an}', 'rk_live_{24:an}'],
      no: ['sk_live_x']
    },
    {
      id: 'webhook-secret',
      vendor: 'Stripe, Svix',
      prefixes: ['whsec_'],
      body: '[A-Za-z0-9+/=_-]{24,100}',
      source: 'https://docs.stripe.com/webhooks',
      yes: ['whsec_{32:an}'],
      no: ['whsec_x']
    },
    {
      id: 'paystack-key',
      vendor: 'Paystack',
      prefixes: ['sk_'],
      body: '[a-z]{2,10}_[A-Za-z0-9_=-]{32,80}',
      source: 'https://paystack.com/docs/api/authentication/',
      yes: ['sk_live_{40:hex}'],
      no: ['sk_live_x']
    },
    {
      id: 'square-token',
      vendor: 'Square',
      prefixes: ['sq0atp-', 'sq0csp-', 'sq0idp-'],
      body: '[A-Za-z0-9_-]{22,60}',
      source: 'https://developer.squareup.com/docs/build-basics/access-tokens',
      yes: ['sq0atp-{22:w}', 'sq0csp-{43:w}'],
      no: ['sq0atp-x']
    },
    {
      id: 'square-token',
      vendor: 'Square',
      prefixes: ['EAAA'],
      body: '[A-Za-z0-9_-]{56,62}',
      source: 'https://developer.squareup.com/docs/build-basics/access-tokens',
      yes: ['EAAA{60:w}'],
      no: ['EAAAx']
    },
    {
      id: 'braintree-token',
      vendor: 'PayPal',
      prefixes: ['access_token$production$', 'access_token$sandbox$'],
      body: '[a-z0-9]{16}\\$[a-f0-9]{32}',
      source: 'https://developer.paypal.com/braintree/docs/',
      yes: ['access_token$production${16:lo}${32:hex}'],
      no: ['access_token$production$x']
    },
    {
      id: 'razorpay-key',
      vendor: 'Razorpay',
      prefixes: ['rzp_live_', 'rzp_test_'],
      body: '[A-Za-z0-9]{14,40}',
      source: 'https://razorpay.com/docs/api/authentication/',
      yes: ['rzp_live_{14:an}'],
      no: ['rzp_live_x']
    },
    {
      id: 'adyen-key',
      vendor: 'Adyen',
      prefixes: ['AQE'],
      body: '[A-Za-z0-9+/=_^{}<>()\\[\\]*.;:&!?%$#@~-]{60,300}',
      source: 'https://docs.adyen.com/development-resources/api-credentials/',
      yes: ['AQE{120:an}'],
      no: ['AQEx']
    },
    {
      id: 'mollie-lob-key',
      vendor: 'Mollie, Lob, MessageBird',
      prefixes: ['live_', 'test_'],
      body: '[A-Za-z0-9]{25,45}',
      exact: true,
      source: 'https://docs.mollie.com/reference/authentication',
      yes: ['live_{30:an}', 'test_{35:hex}'],
      no: ['live_reload', 'test_internationalization']
    },
    {
      id: 'plaid-token',
      vendor: 'Plaid',
      prefixes: ['access-sandbox-', 'access-production-', 'access-development-'],
      body: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://plaid.com/docs/api/',
      yes: ['access-sandbox-{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}', 'access-production-{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['access-sandbox-x']
    },
    {
      id: 'shopify-token',
      vendor: 'Shopify',
      prefixes: ['shpat_', 'shpca_', 'shppa_', 'shpss_', 'shptka_', 'shpua_'],
      body: '[a-f0-9]{32}',
      source: 'https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens',
      yes: ['shpat_{32:hex}', 'shpca_{32:hex}', 'shppa_{32:hex}', 'shpss_{32:hex}'],
      no: ['shpat_x']
    },
    {
      id: 'flutterwave-key',
      vendor: 'Flutterwave',
      prefixes: ['FLWSECK-', 'FLWSECK_TEST-', 'FLWPUBK-', 'FLWPUBK_TEST-', 'FLWSECK_TEST'],
      body: '[A-Za-z0-9_-]{12,60}',
      source: 'https://developer.flutterwave.com/docs/authentication',
      yes: ['FLWSECK_TEST-{32:hex}-X', 'FLWPUBK_TEST-{32:hex}-X', 'FLWSECK-{32:hex}-X'],
      no: ['FLWSECK-x']
    },
    {
      id: 'klarna-key',
      vendor: 'Klarna',
      prefixes: ['klarna_live_api_', 'klarna_test_api_'],
      body: '[A-Za-z0-9=_-]{40,200}',
      source: 'https://docs.klarna.com/api/authentication/',
      yes: ['klarna_live_api_{80:an}'],
      no: ['klarna_live_api_x']
    },
    {
      id: 'paddle-key',
      vendor: 'Paddle',
      prefixes: ['pdl_live_apikey_', 'pdl_sdbx_apikey_'],
      body: '[A-Za-z0-9_-]{50,80}',
      source: 'https://developer.paddle.com/api-reference/about/authentication',
      yes: ['pdl_live_apikey_{26:lo}_{22:an}_{3:an}'],
      no: ['pdl_live_apikey_x']
    },
    {
      id: 'xendit-key',
      vendor: 'Xendit',
      prefixes: ['xnd_production_', 'xnd_development_', 'xnd_public_'],
      body: '[A-Za-z0-9]{40,80}',
      source: 'https://developers.xendit.co/api-reference/',
      yes: ['xnd_production_{60:an}'],
      no: ['xnd_production_x']
    },
    {
      id: 'omise-key',
      vendor: 'Omise',
      prefixes: ['skey_'],
      body: '(?:test_|live_)?[A-Za-z0-9]{19}',
      source: 'https://docs.omise.co/api-authentication',
      yes: ['skey_test_{19:lo}', 'skey_{19:lo}'],
      no: ['skey_x']
    },
    {
      id: 'mercadopago-token',
      vendor: 'Mercado Pago',
      prefixes: ['APP_USR-'],
      body: '[\\d]{12,20}-\\d{6}-[a-f0-9]{32}-\\d{6,12}',
      source: 'https://www.mercadopago.com/developers',
      yes: ['APP_USR-{16:d}-{6:d}-{32:hex}-{9:d}'],
      no: ['APP_USR-x']
    },
    {
      id: 'gocardless-token',
      vendor: 'GoCardless',
      prefixes: ['live_'],
      body: '[A-Za-z0-9_-]{40}',
      exact: true,
      source: 'https://developer.gocardless.com/',
      yes: ['live_{40:an}'],
      no: ['live_x']
    },
    {
      id: 'easypost-key',
      vendor: 'EasyPost',
      prefixes: ['EZAK', 'EZTK'],
      body: '[A-Za-z0-9]{54}',
      source: 'https://docs.easypost.com/docs/authentication',
      yes: ['EZAK{54:an}', 'EZTK{54:an}'],
      no: ['EZAKx']
    },
    {
      id: 'shippo-token',
      vendor: 'Shippo',
      prefixes: ['shippo_live_', 'shippo_test_'],
      body: '[a-f0-9]{40}',
      source: 'https://docs.goshippo.com/docs/guides_general/authentication/',
      yes: ['shippo_live_{40:hex}', 'shippo_test_{40:hex}'],
      no: ['shippo_live_x']
    },
    {
      id: 'duffel-token',
      vendor: 'Duffel',
      prefixes: ['duffel_live_', 'duffel_test_'],
      body: '[A-Za-z0-9_=-]{40,60}',
      source: 'https://duffel.com/docs/api/overview/welcome',
      yes: ['duffel_live_{43:w}', 'duffel_test_{43:w}'],
      no: ['duffel_live_x']
    },
    {
      id: 'airtable-token',
      vendor: 'Airtable',
      prefixes: ['pat'],
      body: '[A-Za-z0-9]{14}\\.[a-f0-9]{64}',
      source: 'https://airtable.com/developers/web/guides/personal-access-tokens',
      yes: ['pat{14:an}.{64:hex}'],
      no: ['patient', 'path.join']
    }
  ]
}
