/** Why a text is no list of indexes; the words are upstream's, they end up in field errors. */
export class IndexIntervalsError extends Error {
  override readonly name = 'IndexIntervalsError'
}

interface Interval {
  readonly first: number
  readonly last: number
}

/**
 * How many indexes a text such as `0,2-4` names (API reference, JobStatus.completedIndexes and SuccessPolicyRule.succeededIndexes): increasing
 * decimal numbers and intervals, separated by commas. The empty text names none.
 * @param end all indexes must be below it
 * @throws IndexIntervalsError when the text is ill-formed, not increasing, or names `end` or more
 */
export function countIndexes(text: string, end: number): number {
  if (text === '') return 0
  let total = 0
  let previous: number | undefined
  for (const part of text.split(',')) {
    const { first, last } = parseInterval(part, end)
    if (previous !== undefined && previous >= first) throw notIncreasing(previous, first)
    total += last - first + 1
    previous = last
  }
  return total
}

/** The first index that both texts name; ill-formed parts are passed over, as the format has errors of its own. */
export function firstCommonIndex(one: string, other: string, end: number): number | undefined {
  const ones = readableIntervals(one, end)
  const others = readableIntervals(other, end)
  for (let i = 0, j = 0; i < ones.length && j < others.length;) {
    const a = ones[i]!
    const b = others[j]!
    if (a.first <= b.last && b.first <= a.last) return Math.max(a.first, b.first)
    if (a.first <= b.first) i++
    else j++
  }
  return undefined
}

function readableIntervals(text: string, end: number): Interval[] {
  if (text === '') return []
  return text.split(',').flatMap((part) => {
    try {
      return [parseInterval(part, end)]
    } catch (error) {
      if (error instanceof IndexIntervalsError) return []
      throw error
    }
  })
}

function parseInterval(text: string, end: number): Interval {
  const limits = text.split('-')
  if (limits.length > 2) {
    throw new IndexIntervalsError(
      `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`,
    )
  }
  const first = parseIndex(limits[0]!, end)
  if (limits.length === 1) return { first, last: first }
  const last = parseIndex(limits[1]!, end)
  if (first >= last) throw notIncreasing(first, last)
  return { first, last }
}

function parseIndex(text: string, end: number): number {
  if (!/^\+?\d+$/.test(text)) throw new IndexIntervalsError(`cannot convert string to integer for index: ${JSON.stringify(text)}`)
  const index = Number(text)
  if (index >= end) throw new IndexIntervalsError(`too large index: ${JSON.stringify(text)}`)
  return index
}

function notIncreasing(previous: number, current: number): IndexIntervalsError {
  return new IndexIntervalsError(`non-increasing order, previous: ${previous}, current: ${current}`)
}
