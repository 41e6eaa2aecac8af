/**
 * JSON whose integers are exact to 64 bits, as the API server keeps those of custom resources: integers that a JavaScript number cannot hold are
 * bigints, and a bigint prints as its digits. Anything else is as the native parser has it.
 */

/** Long runs of digits: a JavaScript number holds any 15 of them. They also occur in strings, which only costs the slower reading. */
const LONG_NUMBER = /[1-9][0-9]{15}/

/** What the reviver of the native parser learns of a scalar. */
interface ScalarSource {
  readonly source?: string
}

/** Parses a text like `JSON.parse`, whose SyntaxError it throws. */
export function parseExactJson(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text) as unknown
  return (
    JSON.parse as (text: string, reviver: (this: unknown, key: string, value: unknown, context?: ScalarSource) => unknown) => unknown
  )(text, (_, value, context) => (typeof value === 'number' && context?.source !== undefined ? exactInteger(value, context.source) : value))
}

/** The number that a text says: an integer beyond 2^53 that 64 bits hold as a bigint. */
export function exactInteger(value: number, text: string): number | bigint {
  if (Number.isSafeInteger(value) || text.length > 20 || !/^-?[0-9]+$/.test(text)) return value
  const exact = BigInt(text)
  return BigInt.asIntN(64, exact) === exact ? exact : value
}

/** The JSON text of a value, which may have bigints. `indent`: as of `JSON.stringify`. */
export function printExactJson(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, null, indent)
  } catch (error) {
    // Values with bigints are rare; asking every value whether it is one is slow.
    if (!(error instanceof TypeError)) throw error
    return JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? rawJson(member.toString()) : member), indent)
  }
}

function rawJson(text: string): unknown {
  return (JSON as typeof JSON & { rawJSON(text: string): unknown }).rawJSON(text)
}
