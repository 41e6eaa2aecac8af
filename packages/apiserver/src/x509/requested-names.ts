import { type DerElement, elementsOf, identifierOf, readElement } from './der.ts'
import type { RequestedSubject } from './signer-rules.ts'

/** Object identifiers, in hexadecimal: the attribute of a request that asks for extensions (PKCS #9), and the extension of other names (RFC 5280). */
const EXTENSION_REQUEST = '2a864886f70d01090e'
const ALTERNATIVE_NAMES = '551d11'
/** Tags of kinds of names (RFC 5280, GeneralName). */
const KINDS: ReadonlyMap<number, keyof RequestedNames> = new Map([
  [0x81, 'emails'],
  [0x82, 'dnsNames'],
  [0x86, 'uris'],
  [0x87, 'ips'],
])

/** The names beside its subject that a request asks for. */
export type RequestedNames = Omit<RequestedSubject, 'commonName' | 'organizations'>

/** Reads them off the attributes of a request; addresses are in hexadecimal. Throws a RangeError for what is no DER. */
export function requestedNames(der: Uint8Array, attributes: DerElement | undefined): RequestedNames {
  const names = { dnsNames: [] as string[], ips: [] as string[], emails: [] as string[], uris: [] as string[] }
  for (const [type, value] of pairsOf(der, attributes)) {
    if (type !== EXTENSION_REQUEST) continue
    for (const extensions of elementsOf(der, value)) {
      for (const [name, content] of pairsOf(der, extensions)) if (name === ALTERNATIVE_NAMES) addNames(der, content, names)
    }
  }
  return names
}

function addNames(der: Uint8Array, content: DerElement, names: Record<keyof RequestedNames, string[]>): void {
  for (const one of elementsOf(der, readElement(der, content.from, content.to))) {
    const kind = KINDS.get(one.tag)
    if (kind !== undefined) names[kind].push(Buffer.from(der.subarray(one.from, one.to)).toString(kind === 'ips' ? 'hex' : 'latin1'))
  }
}

/** Sequences that begin with an object identifier: that, and their last element. */
function* pairsOf(der: Uint8Array, list: DerElement | undefined): Generator<[type: string, value: DerElement]> {
  if (list === undefined) return
  for (const pair of elementsOf(der, list)) {
    const parts = elementsOf(der, pair)
    const value = parts.at(-1)
    if (value !== undefined) yield [identifierOf(der, parts[0]), value]
  }
}
