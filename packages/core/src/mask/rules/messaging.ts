// Chat, mail, push and social networks. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const messaging: RuleGroup = {
  area: 'messaging',
  tokens: [
    {
      id: 'slack-token',
      vendor: 'Slack',
      prefixes: ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxo-', 'xoxe-', 'xoxc-', 'xoxd-'],
      body: '[A-Za-z0-9%/+=-]{10,300}',
      source: 'https://docs.slack.dev/authentication/tokens',
      yes: ['xoxb-{12:d}-{12:d}-{24:an}', 'xoxp-{12:d}-{12:d}-{12:d}-{32:hex}', 'xoxe-1-{146:an}'],
      no: ['xoxb-x']
    },
    {
      id: 'slack-token',
      vendor: 'Slack',
      prefixes: ['xoxe.'],
      body: 'xox[bp]-\\d-[A-Za-z0-9]{50,300}',
      source: 'https://docs.slack.dev/authentication/tokens',
      yes: ['xoxe.xoxb-1-{163:an}', 'xoxe.xoxp-1-{163:an}'],
      no: ['xoxe.x']
    },
    {
      id: 'slack-token',
      vendor: 'Slack',
      prefixes: ['xapp-'],
      body: '\\d-[A-Z0-9]{8,14}-\\d{10,16}-[a-z0-9]{40,80}',
      source: 'https://docs.slack.dev/authentication/tokens',
      yes: ['xapp-1-A{10:up}-{13:d}-{64:hex}'],
      no: ['xapp-x']
    },
    {
      id: 'slack-webhook',
      vendor: 'Slack',
      prefixes: ['hooks.slack.com/'],
      body: '(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,120}',
      source: 'https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/',
      yes: ['hooks.slack.com/services/T{8:up}/B{8:up}/{24:an}'],
      no: ['hooks.slack.com/docs']
    },
    {
      id: 'discord-token',
      vendor: 'Discord',
      prefixes: ['MT', 'Mj', 'Mz', 'ND', 'NT', 'Nj', 'Nz', 'OD', 'OT'],
      body: '[A-Za-z0-9_-]{20,26}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,40}',
      source: 'https://discord.com/developers/docs/reference#authentication',
      yes: ['MT{24:an}.{6:an}.{38:w}', 'OD{22:an}.{6:an}.{27:w}'],
      no: ['MTU', 'NTFS', 'ODBC', 'OTLP.http', 'NDJSON']
    },
    {
      id: 'discord-webhook',
      vendor: 'Discord',
      prefixes: ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'],
      body: '\\d{17,20}/[A-Za-z0-9_-]{60,70}',
      source: 'https://discord.com/developers/docs/resources/webhook',
      yes: ['discord.com/api/webhooks/{18:d}/{68:w}'],
      no: ['discord.com/api/webhooks/x']
    },
    {
      id: 'telegram-token',
      vendor: 'Telegram',
      prefixes: ['AA'],
      body: '[A-Za-z0-9_-]{33}',
      exact: true,
      source: 'https://core.telegram.org/bots/api#authorizing-your-bot',
      yes: ['AA{33:w}'],
      no: ['AAA', 'AAAAB3NzaC1yc2EAAAADAQABAAABAQ']
    },
    {
      id: 'teams-webhook',
      vendor: 'Microsoft',
      prefixes: ['webhook.office.com/webhookb2/'],
      body: '[A-Za-z0-9@/-]{80,220}',
      source: 'https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/',
      yes: [
        'webhook.office.com/webhookb2/{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}@{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}/IncomingWebhook/{32:hex}/{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'
      ],
      no: ['webhook.office.com/webhookb2/x']
    },
    {
      id: 'twilio-key',
      vendor: 'Twilio',
      prefixes: ['SK'],
      body: '[a-f0-9]{32}',
      exact: true,
      source: 'https://www.twilio.com/docs/iam/api-keys',
      yes: ['SK{32:hex}'],
      no: ['SKU', 'SKIP']
    },
    {
      id: 'sendgrid-key',
      vendor: 'Twilio SendGrid',
      prefixes: ['SG.'],
      body: '[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{30,70}',
      source: 'https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys',
      yes: ['SG.{22:w}.{43:w}'],
      no: ['SG.x']
    },
    {
      id: 'mailgun-key',
      vendor: 'Mailgun',
      prefixes: ['key-', 'pubkey-'],
      body: '[a-f0-9]{32}',
      exact: true,
      source: 'https://documentation.mailgun.com/docs/mailgun/user-manual/api-key-mgmt/',
      yes: ['key-{32:hex}', 'pubkey-{32:hex}'],
      no: ['key-value']
    },
    {
      id: 'brevo-key',
      vendor: 'Brevo',
      prefixes: ['xkeysib-', 'xsmtpsib-'],
      body: '[a-f0-9]{64}-[A-Za-z0-9]{16}',
      source: 'https://developers.brevo.com/docs/getting-started',
      yes: ['xkeysib-{64:hex}-{16:an}', 'xsmtpsib-{64:hex}-{16:an}'],
      no: ['xkeysib-x']
    },
    {
      id: 'resend-key',
      vendor: 'Resend',
      prefixes: ['re_'],
      body: '[A-Za-z0-9]{8}_[A-Za-z0-9]{20,30}',
      source: 'https://resend.com/docs/api-reference/introduction',
      yes: ['re_{8:an}_{24:an}'],
      no: ['re_export', 're_']
    },
    {
      id: 'mailersend-token',
      vendor: 'MailerSend',
      prefixes: ['mlsn.'],
      body: '[a-f0-9]{60,70}',
      source: 'https://developers.mailersend.com/general.html',
      yes: ['mlsn.{64:hex}'],
      no: ['mlsn.x']
    },
    {
      id: 'onesignal-key',
      vendor: 'OneSignal',
      prefixes: ['os_v2_app_', 'os_v2_org_'],
      body: '[a-z2-7]{80,120}',
      source: 'https://documentation.onesignal.com/docs/en/keys-and-ids',
      yes: ['os_v2_app_{103:b32l}'],
      no: ['os_v2_app_x']
    },
    {
      id: 'pubnub-key',
      vendor: 'PubNub',
      prefixes: ['sub-c-', 'pub-c-'],
      body: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://www.pubnub.com/docs/',
      yes: ['sub-c-{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}', 'pub-c-{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['sub-c-x']
    },
    {
      id: 'pubnub-key',
      vendor: 'PubNub',
      prefixes: ['sec-c-'],
      body: '[A-Za-z0-9+/=]{40,60}',
      source: 'https://www.pubnub.com/docs/',
      yes: ['sec-c-{48:an}'],
      no: ['sec-c-x']
    },
    {
      id: 'intercom-token',
      vendor: 'Intercom',
      prefixes: ['dG9r'],
      body: '[A-Za-z0-9+/]{50,80}={0,2}',
      source: 'https://developers.intercom.com/docs/build-an-integration/learn-more/authentication',
      yes: ['dG9rO{57:an}='],
      no: ['dG9r']
    },
    {
      id: 'facebook-token',
      vendor: 'Meta',
      prefixes: ['EAA'],
      body: '[A-Za-z0-9]{60,300}',
      source: 'https://developers.facebook.com/docs/facebook-login/guides/access-tokens/',
      yes: ['EAAC{140:an}', 'EAAM{180:an}'],
      no: ['EAA']
    },
    {
      id: 'instagram-token',
      vendor: 'Meta',
      prefixes: ['IGQV', 'IGAA'],
      body: '[A-Za-z0-9_-]{60,300}',
      source: 'https://developers.facebook.com/docs/instagram-platform/',
      yes: ['IGQV{160:an}'],
      no: ['IGQVx']
    },
    {
      id: 'twitter-bearer',
      vendor: 'X',
      prefixes: ['AAAAAAAAAAAAAAAAAAAA'],
      body: '[A-Za-z0-9%]{60,120}',
      source: 'https://docs.x.com/resources/fundamentals/authentication',
      yes: ['AAAAAAAAAAAAAAAAAAAAAA{10:an}%{60:an}'],
      no: ['AAAAAAAAAAAAAAAAAAAA']
    },
    {
      id: 'knock-key',
      vendor: 'Knock',
      prefixes: ['sk_prod_'],
      body: '[A-Za-z0-9_-]{30,60}',
      source: 'https://docs.knock.app/',
      yes: ['sk_prod_{43:w}'],
      no: ['sk_prod_x']
    }
  ]
}
