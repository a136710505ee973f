// The words of the mask gate: what a rule is, what a finding is.

/** A stretch of text that must not leave the process. */
export interface Finding {
  /** Index of the first masked character. */
  start: number
  /** Index after the last masked character. */
  end: number
  /** Name of the rule that found it. */
  rule: string
  /** Length of the public part that opens the value, such as `sk-`; partial masking counts after it. */
  fixed: number
}

/** A token that announces itself by a fixed prefix. Plain data, so that adding a service is adding a line. */
export interface TokenRule {
  /** Kind shown in the mark and in `rag_masked_total{rule}`. */
  readonly id: string
  /** Who issues it. */
  readonly vendor: string
  /** Literals that open the token, case-sensitive. */
  readonly prefixes: readonly string[]
  /** Pattern of what follows the prefix; every quantifier is bounded. */
  readonly body: string
  /** The token has this length and no other: a longer run is something else. */
  readonly exact?: boolean
  /** Holds digits and both cases, as no word of a language or of code does. */
  readonly mixed?: boolean
  /** Characters besides letters, digits, `_` and `-` that a longer value of this kind goes on with. */
  readonly run?: string
  /** Where the format is documented. */
  readonly source: string
  /** Templates of values that match; `{36:an}` stands for 36 random characters of a class. */
  readonly yes: readonly string[]
  /** Templates of look-alikes that must stay. */
  readonly no: readonly string[]
}

/** A service whose token has no prefix of its own: found by its name in the key beside a value of its shape. */
export interface NamedRule {
  readonly id: string
  readonly vendor: string
  /** Lower-case words, one of which stands in the key. */
  readonly words: readonly string[]
  /** Pattern of the whole value; every quantifier is bounded. */
  readonly value: string
  readonly source: string
  readonly yes: readonly string[]
  readonly no: readonly string[]
}

/** The rules of one area, such as payment or chat. */
export interface RuleGroup {
  readonly area: string
  readonly tokens: readonly TokenRule[]
  readonly named?: readonly NamedRule[]
}
