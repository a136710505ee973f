// All rules, group by group.
import type { NamedRule, RuleGroup, TokenRule } from '../types.js'
import { agents } from './agents.js'
import { businessNames } from './business-names.js'
import { clouds } from './clouds.js'
import { cloudsNames } from './clouds-names.js'
import { codeNames } from './code-names.js'
import { databases } from './databases.js'
import { forms } from './forms.js'
import { hosts } from './hosts.js'
import { llmNames } from './llm-names.js'
import { messaging } from './messaging.js'
import { messagingNames } from './messaging-names.js'
import { models } from './models.js'
import { monitoring } from './monitoring.js'
import { monitoringNames } from './monitoring-names.js'
import { office } from './office.js'
import { payment } from './payment.js'
import { tools } from './tools.js'

/** The rule groups, as the docs list them. */
export const ruleGroups: readonly RuleGroup[] = [
  models,
  agents,
  llmNames,
  clouds,
  databases,
  cloudsNames,
  hosts,
  tools,
  codeNames,
  payment,
  office,
  businessNames,
  messaging,
  messagingNames,
  monitoring,
  monitoringNames,
  forms
]
/** Rules of tokens with a prefix of their own. */
export const tokenRules: readonly TokenRule[] = ruleGroups.flatMap((group) => group.tokens)
/** Rules of tokens found by the service's name beside them. */
export const namedRules: readonly NamedRule[] = ruleGroups.flatMap((group) => group.named ?? [])
