// Services of the area "messaging" whose tokens have no prefix: found by the name beside them. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const messagingNames: RuleGroup = {
  area: 'messagingNames',
  tokens: [],
  named: [
    {
      id: 'mailchimp-key',
      vendor: 'Mailchimp',
      words: ['mailchimp'],
      value: '[a-f0-9]{32}-us\\d{1,2}',
      source: 'https://mailchimp.com/developer/marketing/guides/quick-start/',
      yes: ['{32:hex}-us20'],
      no: ['short1']
    },
    {
      id: 'postmark-token',
      vendor: 'Postmark',
      words: ['postmark'],
      value: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://postmarkapp.com/developer/api/overview',
      yes: ['{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['short1']
    },
    {
      id: 'pushover-token',
      vendor: 'Pushover',
      words: ['pushover'],
      value: '[A-Za-z0-9]{30}',
      source: 'https://pushover.net/api',
      yes: ['{30:lo}'],
      no: ['short1']
    },
    {
      id: 'telegram-token',
      vendor: 'Telegram',
      words: ['telegram', 'tgram'],
      value: '\\d{8,10}:[A-Za-z0-9_-]{35}',
      source: 'https://core.telegram.org/bots/api',
      yes: ['{9:d}:AA{33:w}'],
      no: ['short1']
    },
    {
      id: 'twilio-token',
      vendor: 'Twilio',
      words: ['twilio'],
      value: '[a-f0-9]{32}',
      source: 'https://www.twilio.com/docs/iam',
      yes: ['{32:hex}'],
      no: ['short1']
    },
    {
      id: 'vonage-key',
      vendor: 'Vonage',
      words: ['vonage', 'nexmo'],
      value: '[A-Za-z0-9]{16}',
      source: 'https://developer.vonage.com/',
      yes: ['{16:an}'],
      no: ['short1']
    },
    {
      id: 'line-token',
      vendor: 'LINE',
      words: ['line_channel', 'line_access', 'line_notify', 'linechannel'],
      value: '[A-Za-z0-9+/=]{40,180}',
      source: 'https://developers.line.biz/en/docs/',
      yes: ['{172:an}'],
      no: ['short1']
    },
    {
      id: 'mattermost-token',
      vendor: 'Mattermost',
      words: ['mattermost'],
      value: '[a-z0-9]{26}',
      source: 'https://developers.mattermost.com/',
      yes: ['{26:lo}'],
      no: ['short1']
    },
    {
      id: 'sendbird-token',
      vendor: 'Sendbird',
      words: ['sendbird'],
      value: '[a-f0-9]{40}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://sendbird.com/docs',
      yes: ['{40:hex}'],
      no: ['short1']
    },
    {
      id: 'twitch-token',
      vendor: 'Twitch',
      words: ['twitch'],
      value: '[a-z0-9]{30}',
      source: 'https://dev.twitch.tv/docs/authentication/',
      yes: ['{30:lo}'],
      no: ['short1']
    },
    {
      id: 'twitter-key',
      vendor: 'X',
      words: ['twitter'],
      value: '[a-z0-9]{25,50}|\\d{15,25}-[A-Za-z0-9]{20,40}',
      source: 'https://docs.x.com/',
      yes: ['{45:lo}'],
      no: ['short1']
    },
    {
      id: 'linkedin-key',
      vendor: 'LinkedIn',
      words: ['linkedin'],
      value: '[a-z0-9]{14,16}',
      source: 'https://learn.microsoft.com/en-us/linkedin/',
      yes: ['{16:lo}'],
      no: ['short1']
    },
    {
      id: 'facebook-key',
      vendor: 'Meta',
      words: ['facebook', 'fb'],
      value: '[a-f0-9]{32}|\\d{15,16}\\|[A-Za-z0-9_-]{27}',
      source: 'https://developers.facebook.com/docs/',
      yes: ['{32:hex}'],
      no: ['short1']
    },
    {
      id: 'discord-key',
      vendor: 'Discord',
      words: ['discord'],
      value: '[A-Za-z0-9_-]{32}|[a-f0-9]{64}',
      source: 'https://discord.com/developers/docs/',
      yes: ['{32:w}'],
      no: ['short1']
    }
  ]
}
