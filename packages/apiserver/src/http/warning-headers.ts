import type { OutgoingHttpHeaders } from 'node:http'

/** `Warning` headers (RFC 9111, 299); none for no texts. */
export function warningHeaders(warnings: readonly string[]): OutgoingHttpHeaders {
  if (warnings.length === 0) return {}
  // Node types the header as one string, but sends each of a list on a line of its own.
  return { warning: warnings.map(warningValue) as unknown as string }
}

/** One text as the value of such a header. Control characters cannot be in one: each becomes a space. */
export function warningValue(text: string): string {
  return asLatin1(`299 - "${text.replace(CONTROL, ' ').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)
}

const CONTROL = /[\x00-\x1f\x7f]/g

/** Headers carry bytes: UTF-8 ones for what is beyond ASCII. */
const asLatin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')
