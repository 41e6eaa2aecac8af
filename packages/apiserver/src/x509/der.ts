/** The tags that certificates and requests are read by. */
export const SEQUENCE = 0x30
export const SET = 0x31
export const OBJECT_IDENTIFIER = 0x06

/** One element of DER (X.690): where it begins, where its content does, and where both end. */
export interface DerElement {
  readonly tag: number
  readonly start: number
  readonly from: number
  readonly to: number
}

/** The element at `at`. Throws a RangeError when it does not fit into the bytes. */
export function readElement(der: Uint8Array, at: number, end: number = der.length): DerElement {
  const [tag, length] = [der[at], der[at + 1]]
  if (tag === undefined || length === undefined || at + 2 > end) throw new RangeError('asn1: syntax error: data truncated')
  let from = at + 2
  let size = length
  if (length >= 0x80) {
    const bytes = length & 0x7f
    if (bytes === 0 || bytes > 4) throw new RangeError('asn1: structure error: length too large')
    size = 0
    for (let byte = 0; byte < bytes; byte++) size = size * 256 + (der[from + byte] ?? 0)
    from += bytes
  }
  if (from + size > end) throw new RangeError('asn1: syntax error: data truncated')
  return { tag, start: at, from, to: from + size }
}

/** The elements within an element. Throws a RangeError as `readElement`. */
export function elementsOf(der: Uint8Array, { from, to }: Pick<DerElement, 'from' | 'to'>): DerElement[] {
  const elements: DerElement[] = []
  for (let at = from; at < to;) {
    const element = readElement(der, at, to)
    elements.push(element)
    at = element.to
  }
  return elements
}

/** The content of an object identifier, in hexadecimal. */
export function identifierOf(der: Uint8Array, element: DerElement | undefined): string {
  if (element?.tag !== OBJECT_IDENTIFIER) return ''
  return Buffer.from(der.subarray(element.from, element.to)).toString('hex')
}
