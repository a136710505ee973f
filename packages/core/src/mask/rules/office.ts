// Office, design and content tools. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const office: RuleGroup = {
  area: 'office',
  tokens: [
    {
      id: 'airtable-key',
      vendor: 'Airtable',
      prefixes: ['key'],
      body: '[A-Za-z0-9]{14}',
      exact: true,
      mixed: true,
      source: 'https://airtable.com/developers/web/api/authentication',
      yes: ['key{14:anm}'],
      no: ['keyboardInputs1', 'keyframes', 'keyboard_shortcut', 'keyVaultReference']
    },
    {
      id: 'linear-key',
      vendor: 'Linear',
      prefixes: ['lin_api_', 'lin_oauth_'],
      body: '[A-Za-z0-9]{32,64}',
      source: 'https://linear.app/developers',
      yes: ['lin_api_{40:an}', 'lin_oauth_{64:hex}'],
      no: ['lin_api_x']
    },
    {
      id: 'clickup-token',
      vendor: 'ClickUp',
      prefixes: ['pk_'],
      body: '\\d{1,9}_[A-Z0-9]{32}',
      source: 'https://developer.clickup.com/docs/authentication',
      yes: ['pk_{8:d}_{32:up}'],
      no: ['pk_user_id']
    },
    {
      id: 'contentful-token',
      vendor: 'Contentful',
      prefixes: ['CFPAT-'],
      body: '[A-Za-z0-9_-]{43}',
      source: 'https://www.contentful.com/developers/docs/references/authentication/',
      yes: ['CFPAT-{43:w}'],
      no: ['CFPAT-x']
    },
    {
      id: 'readme-key',
      vendor: 'ReadMe',
      prefixes: ['rdme_'],
      body: '[a-z0-9]{70}',
      source: 'https://docs.readme.com/main/reference/authentication',
      yes: ['rdme_{70:lo}'],
      no: ['rdme_x']
    },
    {
      id: 'typeform-token',
      vendor: 'Typeform',
      prefixes: ['tfp_'],
      body: '[A-Za-z0-9_.=-]{40,80}',
      source: 'https://www.typeform.com/developers/get-started/personal-access-token/',
      yes: ['tfp_{59:w}'],
      no: ['tfp_x']
    },
    {
      id: 'beamer-token',
      vendor: 'Beamer',
      prefixes: ['b_'],
      body: '[A-Za-z0-9=_-]{44}',
      exact: true,
      source: 'https://www.getbeamer.com/api',
      yes: ['b_{44:an}'],
      no: ['b_x']
    },
    {
      id: 'frameio-token',
      vendor: 'Frame.io',
      prefixes: ['fio-u-'],
      body: '[A-Za-z0-9_=-]{64}',
      source: 'https://developer.frame.io/',
      yes: ['fio-u-{64:w}'],
      no: ['fio-u-x']
    },
    {
      id: 'hubspot-token',
      vendor: 'HubSpot',
      prefixes: ['pat-na', 'pat-eu', 'pat-ap'],
      body: '\\d-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://developers.hubspot.com/docs/guides/apps/private-apps/overview',
      yes: ['pat-na1-{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}', 'pat-eu1-{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['pat-na1-x']
    },
    {
      id: 'dropbox-token',
      vendor: 'Dropbox',
      prefixes: ['sl.'],
      body: '[A-Za-z0-9_.=-]{60,400}',
      source: 'https://www.dropbox.com/developers/documentation/http/documentation',
      yes: ['sl.{135:w}', 'sl.u.{140:w}'],
      no: ['sl.length']
    },
    {
      id: 'mapbox-token',
      vendor: 'Mapbox',
      prefixes: ['sk.eyJ', 'pk.eyJ', 'tk.eyJ'],
      body: '[A-Za-z0-9_-]{40,200}\\.[A-Za-z0-9_-]{20,30}',
      source: 'https://docs.mapbox.com/help/getting-started/access-tokens/',
      yes: ['sk.eyJ{70:w}.{22:w}', 'pk.eyJ{57:w}.{22:w}'],
      no: ['pk.eyJx']
    },
    {
      id: 'salesforce-token',
      vendor: 'Salesforce',
      prefixes: ['00D'],
      body: '[A-Za-z0-9]{12,15}![A-Za-z0-9._]{80,120}',
      source: 'https://help.salesforce.com/',
      yes: ['00D{12:an}!{96:an}'],
      no: ['00D1']
    },
    {
      id: 'adafruit-key',
      vendor: 'Adafruit',
      prefixes: ['aio_'],
      body: '[A-Za-z0-9]{28}',
      source: 'https://io.adafruit.com/api/docs/',
      yes: ['aio_{28:an}'],
      no: ['aio_x']
    }
  ]
}
