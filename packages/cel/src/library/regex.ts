import { CelList } from '../runtime/collections.ts'
import { searching } from '../runtime/regex.ts'
import { type CelFunction, library, noSuchOverload } from './library.ts'

function text(value: unknown): string {
  if (typeof value !== 'string') throw noSuchOverload()
  return value
}

/** `find` and `findAll`. */
export const regex: readonly CelFunction[] = [
  library('find', { string_find_string: 'string.(string): string' }, ([value, pattern], context) => {
    const matcher = searching(text(value), text(pattern), context)
    return matcher.find() ? (matcher.group() ?? '') : ''
  }),
  library(
    'findAll',
    { string_find_all_string: 'string.(string): list(string)', string_find_all_string_int: 'string.(string, int): list(string)' },
    ([value, pattern, count], context) => {
      const matcher = searching(text(value), text(pattern), context)
      const found: string[] = []
      const most = typeof count === 'bigint' && count >= 0n ? Number(count) : Infinity
      while (found.length < most && matcher.find()) {
        context.walk(1)
        found.push(matcher.group() ?? '')
      }
      return CelList.of(found)
    },
  ),
]
