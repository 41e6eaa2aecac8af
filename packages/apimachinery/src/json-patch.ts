import { goAtoiError, goJsonKind, parseGoInt } from './go-syntax.ts'
import { pointerTokens } from './json-pointer.ts'
import { cloneJson, deepEqual, isJsonObject, type JsonObject, setMember } from './json-value.ts'
import { badRequest, failure, StatusError } from './status-error.ts'

/** One operation of a JSON patch (RFC 6902). */
export interface JsonPatchOperation {
  readonly op: string
  readonly path: string
  readonly from?: string
  readonly value?: unknown
}

/** The API server applies no more operations than this; whoever reads a patch from a request refuses longer ones. */
export const JSON_PATCH_OPERATIONS_MAX = 10000

/**
 * The document with a JSON patch applied: a new, mutable value; the inputs stay as they are. Follows the API server where it is laxer than
 * RFC 6902: `replace` of a member that does not exist adds it, a missing member equals null in a `test`, negative indices count from the end.
 * @throws StatusError 400 when this is no patch, 422 when it does not apply; the 422 tells clients no more, its `cause` says why.
 */
export function applyJsonPatch<T>(document: T, patch: unknown): T {
  if (!Array.isArray(patch)) throw undecodable(patch, '[]handlers.jsonPatchOp')
  const operations = patch.map((one: unknown) => {
    if (!isJsonObject(one)) throw undecodable(one, 'handlers.jsonPatchOp')
    return one
  })
  const root = { document: cloneJson(document) as unknown }
  try {
    for (const operation of operations) apply(root, operation)
  } catch (error) {
    throw unprocessable(error)
  }
  return root.document as T
}

function undecodable(value: unknown, target: string): Error {
  return badRequest(`error decoding patch: json: cannot unmarshal ${goJsonKind(value)} into Go value of type ${target}`)
}

function unprocessable(cause: unknown): StatusError {
  const { status } = failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
  return new StatusError(status, { cause })
}

/** What a failed operation says. */
class PatchError extends Error {}
const missing = (message: string): PatchError => new PatchError(`${message}: missing value`)

/** Holds the document, so that an operation can replace all of it. */
interface Root {
  document: unknown
}

/** A list or an object, and the member or element of it that an operation is about. */
interface Place {
  readonly container: unknown[] | JsonObject
  readonly key: string
}

function apply(root: Root, operation: JsonObject): void {
  const { op } = operation
  switch (op) {
    case 'add':
      return add(root, operation)
    case 'remove':
      return remove(root, operation)
    case 'replace':
      return replace(root, operation)
    case 'move':
      return move(root, operation)
    case 'copy':
      return copy(root, operation)
    case 'test':
      return test(root, operation)
    default:
      throw new PatchError(`Unexpected kind: ${typeof op === 'string' ? op : 'unknown'}`)
  }
}

function add(root: Root, operation: JsonObject): void {
  const path = pathOf(operation, 'path', 'add operation failed to decode path')
  const place = find(root, path) ?? absent(`add operation does not apply: doc is missing path: "${path}"`)
  within(`error in add for path: '${path}'`, () => insert(place, cloneJson(operation.value ?? null)))
}

function remove(root: Root, operation: JsonObject): void {
  const path = pathOf(operation, 'path', 'remove operation failed to decode path')
  const place = find(root, path) ?? absent(`remove operation does not apply: doc is missing path: "${path}"`)
  within(`error in remove for path: '${path}'`, () => takeOut(place))
}

function replace(root: Root, operation: JsonObject): void {
  const path = pathOf(operation, 'path', 'replace operation failed to decode path: operation missing path field')
  const value = cloneJson(operation.value ?? null)
  if (path === '') {
    if (typeof value !== 'object' || value === null) throw new PatchError('replace operation value must be object or array')
    root.document = value
    return
  }
  const place = find(root, path) ?? absent(`replace operation does not apply: doc is missing path: ${path}`)
  const { container, key } = place
  if (!Array.isArray(container)) return setMember(container, key, value)
  const at = indexIn(container, key)
  if (at === undefined) throw missing(`replace operation does not apply: doc is missing key: ${path}`)
  container[at] = value
}

function move(root: Root, operation: JsonObject): void {
  const from = pathOf(operation, 'from', 'move operation failed to decode from: operation, missing from field')
  const source = find(root, from) ?? absent(`move operation does not apply: doc is missing from path: ${from}`)
  const value = within(`error in move for path: '${source.key}'`, () => {
    const found = read(source)
    takeOut(source)
    return found
  })
  const path = pathOf(operation, 'path', 'move operation failed to decode path: operation missing path field')
  const place = find(root, path) ?? absent(`move operation does not apply: doc is missing destination path: ${path}`)
  within(`error in move for path: '${path}'`, () => insert(place, value))
}

function copy(root: Root, operation: JsonObject): void {
  const from = pathOf(operation, 'from', 'copy operation failed to decode from: operation, missing from field')
  const source = find(root, from) ?? absent(`copy operation does not apply: doc is missing from path: ${from}`)
  const value = within(`error in copy for from: '${from}'`, () => read(source))
  const path = pathOf(operation, 'path', 'copy operation failed to decode path')
  const place = find(root, path) ?? absent(`copy operation does not apply: doc is missing destination path: ${path}`)
  within('error while adding value during copy', () => insert(place, cloneJson(value ?? null)))
}

function test(root: Root, operation: JsonObject): void {
  const path = pathOf(operation, 'path', 'test operation failed to decode path: operation missing path field')
  const place = path === '' ? undefined : (find(root, path) ?? absent(`test operation does not apply: is missing path: ${path}`))
  const value = place === undefined ? root.document : within(`error in test for path: '${path}'`, () => read(place))
  if (!deepEqual(value ?? null, operation.value ?? null)) throw new PatchError(`testing value ${path} failed: test failed`)
}

function pathOf(operation: JsonObject, field: 'path' | 'from', message: string): string {
  const path = operation[field]
  if (typeof path !== 'string') throw missing(message)
  return path
}

function absent(message: string): never {
  throw missing(message)
}

/** Runs `action`; what it throws is told under `message`. */
function within<T>(message: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw new PatchError(`${message}: ${(error as Error).message}`)
  }
}

/** Where a pointer leads; undefined when there is nothing on the way. The last token need not exist. */
function find(root: Root, path: string): Place | undefined {
  const tokens = pointerTokens(path)
  // Text without a slash names a member of the document, as upstream reads it; the empty pointer names no member.
  if (!path.includes('/')) return undefined
  let container = root.document
  for (const token of tokens.slice(0, -1)) {
    if (Array.isArray(container)) container = elementOf(container, token)
    else if (isJsonObject(container)) container = memberOf(container, token)
    else return undefined
  }
  if (!Array.isArray(container) && !isJsonObject(container)) return undefined
  return { container, key: tokens.at(-1)! }
}

const memberOf = (object: JsonObject, name: string): unknown => (Object.hasOwn(object, name) ? object[name] : undefined)

function elementOf(list: unknown[], token: string): unknown {
  const at = indexIn(list, token)
  return at === undefined ? undefined : list[at]
}

/** The index of an existing element; undefined when there is none or the token is no number. */
function indexIn(list: unknown[], token: string): number | undefined {
  const number = parseGoInt(token)
  if (number === undefined || number >= list.length || number < -list.length) return undefined
  return Number(number < 0 ? number + BigInt(list.length) : number)
}

function read({ container, key }: Place): unknown {
  if (!Array.isArray(container)) return memberOf(container, key)
  return container[existingIndex(container, key)]
}

function takeOut({ container, key }: Place): void {
  if (Array.isArray(container)) container.splice(existingIndex(container, key), 1)
  else if (Object.hasOwn(container, key)) delete container[key]
  else throw missing(`Unable to remove nonexistent key: ${key}`)
}

function existingIndex(list: unknown[], token: string): number {
  const at = indexIn(list, token)
  if (at === undefined) throw badIndex(token)
  return at
}

function insert({ container, key }: Place, value: unknown): void {
  if (!Array.isArray(container)) return setMember(container, key, value)
  if (key === '-') {
    container.push(value)
    return
  }
  const number = parseGoInt(key)
  if (number === undefined) throw new PatchError(`value was not a proper array index: '${key}': ${goAtoiError(key)}`)
  const places = BigInt(container.length + 1)
  if (number >= places || number < -places) throw badIndex(key)
  container.splice(Number(number < 0 ? number + places : number), 0, value)
}

function badIndex(token: string): PatchError {
  const number = parseGoInt(token)
  return new PatchError(number === undefined ? goAtoiError(token) : `Unable to access invalid index: ${number}: invalid index referenced`)
}
