// Who is told: every priority must reach somebody, and no secret may stand in the configuration.

import { fail } from './fail.js'
import { checkKeys, knownFields } from './fields.js'
import type { Model } from './model.js'
import type { ContactsConfig } from './types.js'

const SECRET = /^(https?:\/\/|xox[abp]-|sk[-_])|hooks\.slack\.com/

/**
 * Checks the contacts: a page needs PagerDuty, SMS or mail, and secrets are named by file.
 *
 * @throws RagError `RAG_OPS_CONFIG`, `RAG_OPS_SECRET`
 */
export function checkContacts(contacts: ContactsConfig | undefined): Model['contacts'] {
  if (contacts === undefined) fail('contacts', undefined, 'nobody would be told', 'name at least `mail`')
  checkKeys('contacts.', contacts, knownFields.contacts)
  for (const [kind, contact] of Object.entries(contacts)) {
    if (typeof contact !== 'object') continue
    checkKeys(`contacts.${kind}.`, contact, knownFields[kind as 'mail'])
    for (const [field, value] of Object.entries(contact)) {
      if (!field.endsWith('File')) continue
      const option = `contacts.${kind}.${field}`
      if (typeof value !== 'string' || value === '') fail(option, value, 'this is no path', `give the file that holds the secret`)
      if (SECRET.test(value))
        fail(option, undefined, 'this looks like the secret itself', 'write it into a file and give the path', 'RAG_OPS_SECRET')
    }
  }
  if (!contacts.pagerduty && !contacts.sms && !contacts.mail)
    fail('contacts', Object.keys(contacts), 'nobody would be woken by a P0', 'add `pagerduty`, `sms` or `mail`')
  if (contacts.mail) {
    const { to, from, smarthost } = contacts.mail
    for (const [field, address] of Object.entries({ to, from }))
      if (!/^[^@\s]+@[^@\s]+$/.test(address ?? ''))
        fail(`contacts.mail.${field}`, address, 'this is no address', `write it as 'ops@example.com'`)
    if (!/^[^\s:]+:\d+$/.test(smarthost ?? ''))
      fail('contacts.mail.smarthost', smarthost, 'this is no host:port', `write it as 'smtp.example.com:587'`)
  }
  if (contacts.sms && !(contacts.sms.to?.length > 0))
    fail('contacts.sms.to', contacts.sms.to, 'nobody to write to', 'give telephone numbers')
  for (const [kind, field] of [
    ['slack', 'urlFile'],
    ['teams', 'urlFile'],
    ['sms', 'urlFile'],
    ['deadman', 'urlFile'],
    ['pagerduty', 'routingKeyFile']
  ] as const) {
    const contact = contacts[kind] as Record<string, unknown> | undefined
    if (contact && contact[field] === undefined) fail(`contacts.${kind}.${field}`, undefined, 'the secret file is missing', 'give its path')
  }
  return { bridge: 'http://127.0.0.1:9095', ...contacts }
}
