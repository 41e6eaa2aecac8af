import { goTypeOf, printGoValue } from './go-syntax.ts'
import { badRequest, failure, StatusError } from './status-error.ts'

/** The refusals of strategic merge patches. Most are 500 upstream, because nothing there turns them into an answer. */

export const refused = (message: string): StatusError => failure(500, undefined, message)

export const noMergeKey = (element: unknown, mergeKey: string): StatusError =>
  refused(`map: ${printGoValue(element)} does not contain declared merge key: ${mergeKey}`)

export const unknownDirective = (directive: unknown, map: unknown): StatusError => {
  const printed = typeof directive === 'string' ? directive : `%!s(${goTypeOf(directive)}=${printGoValue(directive)})`
  return refused(`unknown patch type: ${printed} in map: ${printGoValue(map)}`)
}

export const wrongType = (expected: 'map[string]interface {}' | '[]interface {}', value: unknown): StatusError =>
  refused(`expected a ${expected}, but received a ${goTypeOf(value)}`)

export const badPrimitiveList = (): StatusError => badRequest('invalid patch format of primitive list')

export const badRetainKeys = (): StatusError => badRequest('invalid patch format of retainKeys')

export const badElementOrder = (): StatusError => badRequest('invalid patch format of setElementOrder list')

/** Tells clients no more than that it cannot be; its `cause` says why. */
export const listOfLists = (): StatusError => {
  const { status } = failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
  return new StatusError(status, { cause: new Error('lists of lists are not supported') })
}
