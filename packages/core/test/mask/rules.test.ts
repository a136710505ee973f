// Runs the examples of every rule, and keeps the rule data sound.
import { describe, expect, test } from 'vitest'
import { createMasker } from '../../src/mask/index.js'
import { namedRules, ruleGroups, tokenRules } from '../../src/mask/rules/index.js'
import { expand, seeded } from './templates.js'

const masker = createMasker()
const random = seeded(20_261_124)

describe.each(ruleGroups.map((group) => [group.area, group] as const))('%s', (_area, group) => {
  if (group.tokens.length > 0)
    test.each(group.tokens.map((rule) => [rule.vendor, rule] as const))('masks tokens of %s and leaves look-alikes', (_vendor, rule) => {
      expect(rule.yes.length).toBeGreaterThan(0)
      for (const template of rule.yes) {
        for (let round = 0; round < 5; round++) {
          const token = expand(template, random)
          for (const text of [token, `got ${token} from the vault`, `値は${token}です`, `(${token})`, `a,${token},b`, `x%3D${token}%26y`]) {
            const out = masker.mask(text)
            expect(out, text).not.toContain(token.slice(-8))
            expect(out, text).toMatch(/\[masked:[a-z0-9-]+\]/)
            expect(masker.mask(out)).toBe(out)
          }
        }
      }
      for (const text of rule.no) expect(masker.mask(`the ${text} here`)).toBe(`the ${text} here`)
    })

  if (group.named)
    test.each(group.named.map((rule) => [rule.vendor, rule] as const))('masks keys of %s by the name beside them', (_vendor, rule) => {
      for (const template of rule.yes) {
        const value = expand(template, random)
        for (const word of rule.words) {
          const out = masker.mask(`${word}_auth: ${value}`)
          expect(out, `${word} ${value}`).not.toContain(value.slice(-8))
        }
        if (rule.id !== 'telegram-token') expect(masker.mask(`order ${value} shipped`)).toBe(`order ${value} shipped`)
      }
      for (const text of rule.no) expect(masker.mask(`${rule.words[0]} ${text}`)).toBe(`${rule.words[0]} ${text}`)
    })
})

test('covers at least 140 services', () => {
  expect(new Set([...tokenRules, ...namedRules].map((rule) => rule.vendor)).size).toBeGreaterThanOrEqual(140)
})

test('bounds every quantifier and names a source for every rule', () => {
  for (const rule of tokenRules) {
    const bare = rule.body.replace(/\\./g, '').replace(/\[[^\]]*\]/g, '')
    expect(bare, rule.id).not.toMatch(/[*+]|\{\d+,\}/)
  }
  for (const rule of [...tokenRules, ...namedRules]) {
    expect(rule.source, rule.id).toMatch(/^https:\/\//)
    expect(rule.id).toMatch(/^[a-z0-9-]+$/)
    expect(rule.no.length, rule.id).toBeGreaterThan(0)
  }
})
