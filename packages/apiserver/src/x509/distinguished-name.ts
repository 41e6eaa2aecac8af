import type { X509Certificate } from 'node:crypto'
import { type DerElement, elementsOf, identifierOf, readElement, SET } from './der.ts'

/** Content of the object identifiers of attributes (X.520), in hexadecimal. */
export const COMMON_NAME = '550403'
export const ORGANIZATION = '55040a'

/** Tags of strings that are not of octets each. */
const BMP_STRING = 0x1e
const UNIVERSAL_STRING = 0x1c
/** The tag of a certificate's version, which only first versions leave out. */
const VERSION = 0xa0

/**
 * Types and values of a distinguished name: a sequence of sets of pairs. NOTE: the one reader for requests and for certificates. A value that two of
 * them read differently, by its kind of string, would get past the check of a request and be a group in its certificate.
 */
export function* namesOf(der: Uint8Array, name: Pick<DerElement, 'from' | 'to'>): Generator<[type: string, value: string]> {
  for (const set of elementsOf(der, name)) {
    if (set.tag !== SET) continue
    for (const pair of elementsOf(der, set)) {
      const [type, value] = elementsOf(der, pair)
      if (value !== undefined) yield [identifierOf(der, type), textOf(value.tag, der.subarray(value.from, value.to))]
    }
  }
}

/** Values of one attribute of a certificate's subject, in order. */
export function subjectValues({ raw }: Pick<X509Certificate, 'raw'>, type: string): string[] {
  const [signed] = elementsOf(raw, readElement(raw, 0))
  const fields = signed === undefined ? [] : elementsOf(raw, signed)
  // Version, serial number, algorithm, issuer, validity, subject (RFC 5280, section 4.1).
  const subject = fields[fields[0]?.tag === VERSION ? 5 : 4]
  if (subject === undefined) return []
  return [...namesOf(raw, subject)].filter(([name]) => name === type).map(([, value]) => value)
}

function textOf(tag: number, bytes: Uint8Array): string {
  switch (tag) {
    case BMP_STRING:
      return wide(bytes, 2)
    case UNIVERSAL_STRING:
      return wide(bytes, 4)
    default:
      return Buffer.from(bytes).toString('utf8')
  }
}

/** Characters of so many octets each, the highest first; what is no character is left out. */
function wide(bytes: Uint8Array, octets: number): string {
  let text = ''
  for (let at = 0; at + octets <= bytes.length; at += octets) {
    const code = bytes.subarray(at, at + octets).reduce((sum, octet) => sum * 256 + octet, 0)
    if (code <= 0x10ffff) text += String.fromCodePoint(code)
  }
  return text
}
