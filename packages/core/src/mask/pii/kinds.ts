// The kinds of personal data and the named profiles that switch several of them on.

export const PII_KINDS = ['email', 'phone', 'card', 'iban', 'my-number', 'postal-code', 'address', 'ip', 'passport', 'birth-date'] as const

/** One kind of personal data. */
export type PiiKind = (typeof PII_KINDS)[number]

/** A named choice of kinds. */
export type PiiProfile = 'appi' | 'gdpr' | 'pci'

/**
 * What each profile switches on. APPI: personal information and individual identification codes
 * (https://www.ppc.go.jp/en/legal/). GDPR: Article 4(1) identifiers (https://eur-lex.europa.eu/eli/reg/2016/679/oj).
 * PCI: the primary account number (https://www.pcisecuritystandards.org/). A help to comply, not compliance.
 */
export const PII_PROFILES: Readonly<Record<PiiProfile, readonly PiiKind[]>> = {
  appi: ['email', 'phone', 'card', 'my-number', 'postal-code', 'address', 'passport', 'birth-date'],
  gdpr: ['email', 'phone', 'card', 'iban', 'ip', 'passport', 'birth-date', 'address', 'postal-code'],
  pci: ['card']
}
