// Personal data for the opt-in profile: valid check digits, Japanese and international forms.
import type { Random } from './random.js'

const wide = (text: string): string => text.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).replace(/-/g, '－')

function withLuhn(digits: string): string {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    let digit = Number(digits[digits.length - 1 - index])
    if (index % 2 === 0) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2
    sum += digit
  }
  return digits + String((10 - (sum % 10)) % 10)
}

function myNumber(r: Random): string {
  const digits = r.of('d', 11)
  const weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
  const rest = weights.reduce((sum, weight, index) => sum + weight * Number(digits[index]), 0) % 11
  return digits + String(rest <= 1 ? 0 : 11 - rest)
}

function iban(r: Random): string {
  const account = `WEST${r.of('d', 14)}`
  const plain = `${account}GB00`.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
  let rest = 0
  for (const digit of plain) rest = (rest * 10 + Number(digit)) % 97
  return `GB${String(98 - rest).padStart(2, '0')}${account}`
}

const groups = (text: string, size: number, by: string): string => text.match(new RegExp(`.{1,${size}}`, 'g'))!.join(by)
const date = (r: Random): string => `19${60 + r.int(39)}-0${1 + r.int(9)}-1${r.int(9)}`

/** Kind, and a maker of the value with the words it needs around it: `<` and `>` mark the value. */
export const PERSONAL: readonly (readonly [kind: string, make: (r: Random) => string])[] = [
  ['email', (r) => `<${r.of('lo', 6)}.${r.of('lo', 4)}@example.co.jp>`],
  ['email', (r) => `<${r.of('lo', 5)}+tag@mail.example.com>`],
  ['phone', (r) => `<+81 90-${r.of('d', 4)}-${r.of('d', 4)}>`],
  ['phone', (r) => `<+1 415-555-${r.of('d', 4)}>`],
  ['phone', (r) => `<+44 20 7946 ${r.of('d', 4)}>`],
  ['phone', (r) => `<03-${1 + r.int(9)}${r.of('d', 3)}-${r.of('d', 4)}>`],
  ['phone', (r) => `<090-${r.of('d', 4)}-${r.of('d', 4)}>`],
  ['phone', (r) => `<080${r.of('d', 8)}>`],
  ['phone', (r) => `<${wide(`090-${r.of('d', 4)}-${r.of('d', 4)}`)}>`],
  ['phone', (r) => `<(03)${1 + r.int(9)}${r.of('d', 3)}-${r.of('d', 4)}>`],
  ['card', (r) => `<${groups(withLuhn(`4${r.of('d', 14)}`), 4, ' ')}>`],
  ['card', (r) => `<${withLuhn(`53${r.of('d', 13)}`)}>`],
  ['card', (r) => `<${withLuhn(`37${r.of('d', 12)}`)}>`],
  ['card', (r) => `<${groups(withLuhn(`3530${r.of('d', 11)}`), 4, '-')}>`],
  ['iban', (r) => `<${groups(iban(r), 4, ' ')}>`],
  ['iban', (r) => `<${iban(r)}>`],
  ['my-number', (r) => `マイナンバー：<${myNumber(r)}>`],
  ['my-number', (r) => `個人番号 <${groups(myNumber(r), 4, '-')}>`],
  ['my-number', (r) => `<${groups(myNumber(r), 4, ' ')}>`],
  ['postal-code', (r) => `〒<${r.of('d', 3)}-${r.of('d', 4)}>`],
  ['postal-code', (r) => `郵便番号：<${r.of('d', 7)}>`],
  ['address', (r) => `<東京都渋谷区神宮前${1 + r.int(6)}丁目${1 + r.int(30)}番${1 + r.int(20)}号>`],
  ['address', (r) => `<大阪府大阪市北区梅田${1 + r.int(4)}-${1 + r.int(20)}-${1 + r.int(9)}>`],
  ['address', (r) => `<${100 + r.int(900)} Maple Street>`],
  ['ip', (r) => `<203.0.113.${r.int(255)}>`],
  ['ip', (r) => `<2001:db8:${r.of('hex', 4)}::${r.of('hex', 4)}>`],
  ['passport', (r) => `passport <T${r.pick(['K', 'R', 'Z'])}${r.of('d', 7)}>`],
  ['passport', (r) => `旅券番号：<T${r.pick(['K', 'R', 'Z'])}${r.of('d', 7)}>`],
  ['birth-date', (r) => `date of birth: <${date(r)}>`],
  ['birth-date', (r) => `生年月日：<${1960 + r.int(40)}年${1 + r.int(12)}月${1 + r.int(28)}日>`],
  ['birth-date', (r) => `生年月日 <昭和${10 + r.int(50)}年${1 + r.int(12)}月${1 + r.int(28)}日>`]
]

export const PERSONAL_CONTEXTS: readonly ((text: string) => string)[] = [
  (t) => t,
  (t) => `Please contact us: ${t}, thank you.`,
  (t) => `{"note":"${t}"}`,
  (t) => `お客様の情報（${t}）を登録しました`,
  (t) => `a,${t},b`,
  (t) => `user said "${t}" at 10:30`
]
