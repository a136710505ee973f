// Finds personal data in text. Off by default: names of people are not found, numbers only with a check digit, a shape or a label.
import { isIPv6 } from 'node:net'
import { segmentsOf } from '../segments.js'
import type { Collect } from '../text/headers.js'
import type { Detector } from '../text/scan.js'
import { isCard, isIban, isMyNumber } from './digits.js'
import type { PiiKind } from './kinds.js'
import { narrow } from './narrow.js'

/** One shape of one kind. `accept` has the last word. */
interface Shape {
  kind: PiiKind
  /** The text must hold one of these characters before the expression runs. */
  needs: RegExp
  pattern: RegExp
  accept?(match: RegExpExecArray, text: string): boolean
}

const digitsOf = (match: RegExpExecArray): string => match[0].replace(/\D/g, '')
const FILE_ENDINGS =
  /\.(?:png|jpe?g|gif|svg|webp|ico|js|mjs|cjs|ts|tsx|jsx|css|scss|json|html?|map|md|ya?ml|lock|service|socket|timer|target|mount|slice|local|internal|py|rb|go|rs|sh|so|txt|log)$/i
const PREFECTURE =
  '(?:東京都|北海道|京都府|大阪府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨|長野|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県)'
const DATE =
  '(?:(?:19|20)\\d{2}\\s?[-/.年]\\s?\\d{1,2}\\s?[-/.月]\\s?\\d{1,2}日?|\\d{1,2}[-/.]\\d{1,2}[-/.](?:19|20)\\d{2}|(?:明治|大正|昭和|平成|令和)(?:\\d{1,2}|元)年\\d{1,2}月\\d{1,2}日|(?:19|20)\\d{6}|\\d{1,2} [A-Z][a-z]{2,8} (?:19|20)\\d{2}|[A-Z][a-z]{2,8} \\d{1,2},? (?:19|20)\\d{2})'

const SHAPES: readonly Shape[] = [
  {
    kind: 'email',
    needs: /[@＠]/,
    pattern: /(?<![\w.+-])[A-Za-z0-9_][\w.+-]{0,63}(?:@|＠|%40)(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![\w-])/g,
    accept: (match) => !FILE_ENDINGS.test(match[0])
  },
  { kind: 'email', needs: /@/, pattern: /(?<=[<\s"'(:])"[^"@\s]{1,60}"@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}/g },
  {
    kind: 'phone',
    needs: /\+/,
    pattern: /(?<![\w+])\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,5}(?:[ .-]?\d{1,5}){1,5}(?![\w-])/g,
    accept: (match) => between(digitsOf(match).length, 8, 15)
  },
  {
    kind: 'phone',
    needs: /0/,
    pattern: /(?<![\w.+:/-])0\d{1,4}[- ]\d{1,4}[- ]\d{3,4}(?![\w-])/g,
    accept: (match) => between(digitsOf(match).length, 10, 11)
  },
  {
    kind: 'phone',
    needs: /0/,
    pattern: /(?<![\w.-])\(?0\d{1,4}\)\s?\d{1,4}-\d{4}(?![\w-])/g,
    accept: (match) => between(digitsOf(match).length, 10, 11)
  },
  { kind: 'phone', needs: /0[5789]0/, pattern: /(?<![\w.+:/=-])0[5789]0\d{8}(?![\w.-])/g },
  { kind: 'phone', needs: /\d-\d/, pattern: /(?<![\w.+-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])[2-9]\d{2}[-.]\d{4}(?![\w-])/g },
  {
    kind: 'phone',
    needs: /[電携tTpPmMcC]/,
    pattern:
      /(?:電話番号|電話|携帯電話|携帯|TEL|Tel|tel|phone|Phone|PHONE|mobile|Mobile|cell|FAX|fax)(?: ?(?:number|no\.?|番号))?["']?\s?[:：=は]?\s?["']?(\+?\(?\d[\d ().-]{7,18}\d)(?![\w-])/g,
    accept: (match) => between((match[1] ?? '').replace(/\D/g, '').length, 9, 15)
  },
  {
    kind: 'card',
    needs: /\d{4}/,
    pattern: /(?<![\w.+-])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5})(?![\w-]|\.\d)/g,
    accept: (match) => isCard(digitsOf(match))
  },
  {
    kind: 'iban',
    needs: /[A-Z]{2}\d{2}/,
    pattern: /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])/g,
    accept: (match) => isIban(match[0].replace(/ /g, ''))
  },
  {
    kind: 'my-number',
    needs: /\d{4}/,
    pattern: /(?<![\w.+-])(?:\d{4}-\d{4}-\d{4}|\d{4} \d{4} \d{4})(?![\w-]| \d)/g,
    accept: (match) => isMyNumber(digitsOf(match))
  },
  {
    kind: 'my-number',
    needs: /マイナンバー|個人番号|[mM]y ?-?_?[nN]umber|MY_?NUMBER|[iI]ndividual [nN]umber/,
    pattern:
      /(?:マイナンバー|個人番号|[mM]y[ _-]?[nN]umber|MY_?NUMBER|[iI]ndividual [nN]umber)(?:カード)?["']?[^\d\n]{0,8}(\d{4}[ -]?\d{4}[ -]?\d{4})(?!\d)/g
  },
  { kind: 'postal-code', needs: /〒|郵便/, pattern: /(?:〒\s?|郵便番号["']?\s?[:：=は]?\s?["']?)(\d{3}-?\d{4})(?!\d)/g },
  { kind: 'postal-code', needs: /[都道府県]/, pattern: new RegExp(`(?<![\\w-])(\\d{3}-\\d{4})(?=[ 　,、]{0,2}${PREFECTURE})`, 'g') },
  {
    kind: 'address',
    needs: /[都道府県]/,
    pattern: new RegExp(
      `${PREFECTURE}[^\\s、。,，;"'<>]{1,40}?[0-9一二三四五六七八九十]{1,4}(?:丁目|番地|番|号|-)[0-9一二三四五六七八九十番地号丁目の-]{0,20}(?:[ 　]?[^\\s、。,，;"'<>0-9]{0,20}\\d{1,4}号室?)?`,
      'g'
    )
  },
  {
    kind: 'address',
    needs: /住所/,
    pattern: new RegExp(`(?<=住所["']?\\s?[:：=は]?\\s?["']?)${PREFECTURE}[^\\s、。,，;"'<>]{1,40}`, 'g')
  },
  {
    kind: 'address',
    needs: /St|Av|Ro|Rd|Bl|La|Ln|Dr|Co|Ct|Pl|Sq|Wa/,
    pattern:
      /(?<![\w.-])\d{1,5}[A-Za-z]? (?:[NSEW]\.? )?(?:[A-Z][A-Za-z'.-]{1,20} ){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Way|Terrace|Parkway|Highway)\b\.?(?:,? (?:Apt|Suite|Unit|#)\.? ?\w{1,6})?/g
  },
  {
    kind: 'ip',
    needs: /\d\.\d/,
    pattern:
      /(?<![\w.-])(?<!(?:version|ver|v|release)[ :=]?)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w-]|\.\d)/gi,
    accept: (match) => !/^(?:127\.|0\.0\.0\.0|255\.255)/.test(match[0])
  },
  {
    kind: 'ip',
    needs: /:[0-9a-fA-F:]{0,4}:/,
    pattern: /(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?:\.\d{1,3}){0,3}(?![\w:]|\.\d)/g,
    accept: (match) => match[0].length > 4 && isIPv6(match[0]) && !/^::(?:1$|ffff:127\.)/i.test(match[0])
  },
  {
    kind: 'passport',
    needs: /[pP]assport|PASSPORT|旅券|パスポート/,
    pattern: /(?:passport|旅券|パスポート)(?:[ _]?(?:number|no\.?|num|番号))?["']?[^\w\n]{0,6}(?:is )?([A-Z]{0,2}\d{6,9})(?!\d)/gi
  },
  {
    kind: 'birth-date',
    needs: /生|誕|[bB]irth|BIRTH|[dD]\.?[oO]\.?[bB]|[bB]orn/,
    pattern: new RegExp(
      `(?:生年月日|誕生日|[dD]ate[ _]?[oO]f[ _]?[bB]irth|[bB]irth[ _-]?[dD]ate|[bB]irthday|DOB|dob|D\\.O\\.B\\.?|born(?: on)?)["']?[^\\w\\n明大昭平令]{0,6}(?:is )?(${DATE})`,
      'g'
    )
  }
]

/** The detector of the chosen kinds. */
export function piiDetector(kinds: readonly PiiKind[]): Detector {
  const shapes = SHAPES.filter((shape) => kinds.includes(shape.kind))
  return (text: string, collect: Collect): void => {
    const plain = narrow(text)
    for (const { kind, needs, pattern, accept } of shapes) {
      if (!needs.test(plain)) continue
      pattern.lastIndex = 0
      for (let match = pattern.exec(plain); match; match = pattern.exec(plain)) {
        if (accept && !accept(match, plain)) continue
        const part = kind === 'card' ? undefined : match[1]
        const start = part === undefined ? match.index : match.index + match[0].lastIndexOf(part)
        collect({ start, end: start + (part ?? match[0]).length, rule: kind, fixed: 0 })
      }
    }
  }
}

const KEYS: Readonly<Record<string, PiiKind>> = {
  email: 'email',
  emailaddress: 'email',
  mail: 'email',
  phone: 'phone',
  phonenumber: 'phone',
  tel: 'phone',
  telephone: 'phone',
  mobile: 'phone',
  mobilenumber: 'phone',
  fax: 'phone',
  cardnumber: 'card',
  creditcard: 'card',
  pan: 'card',
  iban: 'iban',
  mynumber: 'my-number',
  individualnumber: 'my-number',
  postalcode: 'postal-code',
  zipcode: 'postal-code',
  zip: 'postal-code',
  address: 'address',
  streetaddress: 'address',
  homeaddress: 'address',
  street: 'address',
  ip: 'ip',
  ipaddress: 'ip',
  clientip: 'ip',
  remoteaddress: 'ip',
  passport: 'passport',
  passportnumber: 'passport',
  passportno: 'passport',
  birthdate: 'birth-date',
  dateofbirth: 'birth-date',
  dob: 'birth-date',
  birthday: 'birth-date',
  電話番号: 'phone',
  メールアドレス: 'email',
  住所: 'address',
  生年月日: 'birth-date',
  郵便番号: 'postal-code',
  個人番号: 'my-number',
  マイナンバー: 'my-number',
  旅券番号: 'passport'
}

/** The kind that a property's name promises: its value is masked whole. */
export function piiKeys(kinds: readonly PiiKind[]): (name: string) => PiiKind | undefined {
  const cache = new Map<string, PiiKind | undefined>()
  return (name) => {
    if (cache.has(name)) return cache.get(name)
    const kind = KEYS[segmentsOf(name.slice(-64)).join('')]
    const chosen = kind && kinds.includes(kind) ? kind : undefined
    if (cache.size > 4096) cache.clear()
    cache.set(name, chosen)
    return chosen
  }
}

const between = (value: number, least: number, most: number): boolean => value >= least && value <= most
