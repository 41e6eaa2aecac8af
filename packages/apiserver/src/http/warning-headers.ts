import type { OutgoingHttpHeaders } from 'node:http'

/** Once the texts of an answer are longer than this together, each is cut, and those that come after as much again are left out (upstream's limits). */
const TOTAL_CHARACTERS_MAX = 4096
const CUT_CHARACTERS_MAX = 256

/** `Warning` headers (RFC 9111, 299); none for no texts. */
export function warningHeaders(warnings: readonly string[]): OutgoingHttpHeaders {
  if (warnings.length === 0) return {}
  // Node types the header as one string, but sends each of a list on a line of its own.
  return { warning: withinLimits(warnings).map(warningValue) as unknown as string }
}

/** As upstream, which notices while it adds them that there are too many: what it has until then stays, cut. */
function withinLimits(warnings: readonly string[]): readonly string[] {
  let written = 0
  const tooMany = warnings.findIndex((text) => (written += characters(text)) > TOTAL_CHARACTERS_MAX)
  if (tooMany < 0) return warnings
  const kept = warnings.slice(0, tooMany + 1).map(cut)
  written = kept.reduce((sum, text) => sum + characters(text), 0)
  for (let at = tooMany + 1; at < warnings.length && written < TOTAL_CHARACTERS_MAX; at++) {
    const text = cut(warnings[at]!)
    kept.push(text)
    written += characters(text)
  }
  return kept
}

const characters = (text: string): number => [...text].length

const cut = (text: string): string => (text.length <= CUT_CHARACTERS_MAX ? text : [...text].slice(0, CUT_CHARACTERS_MAX).join(''))

/** One text as the value of such a header. Control characters cannot be in one: each becomes a space. */
export function warningValue(text: string): string {
  return asLatin1(`299 - "${text.replace(CONTROL, ' ').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)
}

const CONTROL = /[\x00-\x1f\x7f]/g

/** Headers carry bytes: UTF-8 ones for what is beyond ASCII. */
const asLatin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')
