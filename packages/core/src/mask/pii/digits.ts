// Check digits and issuers of numbers that identify people or their money.

/** Luhn check (ISO/IEC 7812-1). */
function luhn(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    let digit = digits.charCodeAt(digits.length - 1 - index) - 48
    if (index % 2 === 1) {
      digit *= 2
      if (digit > 9) digit -= 9
    }
    sum += digit
  }
  return sum % 10 === 0
}

/** Issuer ranges and lengths (https://en.wikipedia.org/wiki/Payment_card_number). */
export function isCard(digits: string): boolean {
  const { length } = digits
  const four = Number(digits.slice(0, 4))
  const two = Math.floor(four / 100)
  const issued =
    (digits[0] === '4' && (length === 13 || length === 16 || length === 19)) ||
    (length === 16 &&
      ((two >= 51 && two <= 55) ||
        (four >= 2221 && four <= 2720) ||
        four === 6011 ||
        two === 65 ||
        (four >= 6440 && four <= 6499) ||
        (four >= 3528 && four <= 3589))) ||
    (length === 15 && (two === 34 || two === 37)) ||
    (length === 14 && (two === 36 || two === 38 || (four >= 3000 && four <= 3059))) ||
    (two === 62 && length >= 16 && length <= 19)
  return issued && luhn(digits) && !/^(\d)\1+$/.test(digits)
}

/** My Number: the twelfth digit checks the others with weights 6 5 4 3 2 7 6 5 4 3 2, modulo 11 (ordinance of 2014, Article 5). */
export function isMyNumber(digits: string): boolean {
  if (digits.length !== 12) return false
  const weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
  const rest = weights.reduce((sum, weight, index) => sum + weight * (digits.charCodeAt(index) - 48), 0) % 11
  return (rest <= 1 ? 0 : 11 - rest) === digits.charCodeAt(11) - 48
}

/** IBAN: remainder 1 modulo 97 with the first four characters moved to the end (ISO 13616). */
export function isIban(value: string): boolean {
  if (value.length < 15 || value.length > 34) return false
  let rest = 0
  for (const letter of value.slice(4) + value.slice(0, 4)) {
    const code = letter.charCodeAt(0)
    rest = code > 64 ? (rest * 100 + code - 55) % 97 : (rest * 10 + code - 48) % 97
  }
  return rest === 1
}
