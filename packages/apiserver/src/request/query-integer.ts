import { badRequest, goParseIntError, parseGoInt } from '@kubetape/apimachinery'

/** An integer of a query, also where it is empty, as Go reads one of 64 bits. Throws 400 with Go's words for anything else. */
export function queryInteger(text: string): number {
  const value = parseGoInt(text)
  if (value === undefined) throw badRequest(goParseIntError(text))
  return Number(value)
}
