// Services of the area "business" whose tokens have no prefix: found by the name beside them. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const businessNames: RuleGroup = {
  area: 'businessNames',
  tokens: [],
  named: [
    {
      id: 'asana-token',
      vendor: 'Asana',
      words: ['asana'],
      value: '[\\d/:]{0,40}[a-z0-9]{32}|\\d{16}',
      source: 'https://developers.asana.com/docs/authentication-basics',
      yes: ['{32:hex}'],
      no: ['short1']
    },
    {
      id: 'shortcut-token',
      vendor: 'Shortcut',
      words: ['shortcut', 'clubhouse'],
      value: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://developer.shortcut.com/api/rest/v3',
      yes: ['{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['short1']
    },
    {
      id: 'coinbase-key',
      vendor: 'Coinbase',
      words: ['coinbase'],
      value: '[A-Za-z0-9_-]{64}',
      source: 'https://docs.cdp.coinbase.com/',
      yes: ['{64:w}'],
      no: ['short1']
    },
    {
      id: 'zendesk-token',
      vendor: 'Zendesk',
      words: ['zendesk'],
      value: '[A-Za-z0-9]{40}',
      source: 'https://developer.zendesk.com/',
      yes: ['{40:lo}'],
      no: ['short1']
    },
    {
      id: 'freshbooks-token',
      vendor: 'FreshBooks',
      words: ['freshbooks'],
      value: '[A-Za-z0-9]{64}',
      source: 'https://www.freshbooks.com/api',
      yes: ['{64:lo}'],
      no: ['short1']
    },
    {
      id: 'typesense-key',
      vendor: 'Typesense',
      words: ['typesense'],
      value: '[A-Za-z0-9]{32,48}',
      source: 'https://typesense.org/docs/',
      yes: ['{32:an}'],
      no: ['short1']
    },
    {
      id: 'rapidapi-key',
      vendor: 'RapidAPI',
      words: ['rapidapi'],
      value: '[A-Za-z0-9_-]{50}',
      source: 'https://docs.rapidapi.com/docs/keys',
      yes: ['{50:w}'],
      no: ['short1']
    },
    {
      id: 'etsy-token',
      vendor: 'Etsy',
      words: ['etsy'],
      value: '[a-z0-9]{24}',
      source: 'https://developers.etsy.com/documentation/',
      yes: ['{24:lo}'],
      no: ['short1']
    },
    {
      id: 'maxmind-key',
      vendor: 'MaxMind',
      words: ['maxmind'],
      value: '[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk|[A-Za-z0-9]{16}',
      source: 'https://dev.maxmind.com/geoip/',
      yes: ['{6:an}_{29:an}_mmk'],
      no: ['short1']
    },
    {
      id: 'finnhub-token',
      vendor: 'Finnhub',
      words: ['finnhub'],
      value: '[a-z0-9]{20}',
      source: 'https://finnhub.io/docs/api',
      yes: ['{20:lo}'],
      no: ['short1']
    },
    {
      id: 'okta-token',
      vendor: 'Okta',
      words: ['okta'],
      value: '00[A-Za-z0-9_-]{40}',
      source: 'https://developer.okta.com/docs/guides/create-an-api-token/',
      yes: ['00{40:w}'],
      no: ['short1']
    },
    {
      id: 'kraken-key',
      vendor: 'Kraken',
      words: ['kraken'],
      value: '[A-Za-z0-9/=_+-]{80,90}',
      source: 'https://docs.kraken.com/',
      yes: ['{86:w}'],
      no: ['short1']
    },
    {
      id: 'dropbox-key',
      vendor: 'Dropbox',
      words: ['dropbox'],
      value: '[a-z0-9]{15}',
      source: 'https://www.dropbox.com/developers',
      yes: ['{15:lo}'],
      no: ['short1']
    }
  ]
}
