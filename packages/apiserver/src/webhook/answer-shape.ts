/** What a part of a webhook's answer must be: a simple value, a list, an object with known members, or one with any (`*`). */
export type Shape = 'string' | 'boolean' | 'integer' | 'anything' | readonly [Shape] | { readonly [member: string]: Shape }

/**
 * What of an answer is of its shape: members that are null or unknown are left out, as Go does. Throws an Error for one of another type, in the words of
 * Go's encoding/json. NOTE: `"allowed": "false"` is no permission, and no refusal either: whoever answers so has not answered.
 */
export function shaped(value: unknown, shape: Shape, path = ''): unknown {
  if (value === null || value === undefined) return undefined
  if (typeof shape === 'string') return shape === 'anything' || isA(shape, value) ? value : refuse(value, path, GO_TYPES[shape])
  if (isList(shape)) {
    if (!Array.isArray(value)) return refuse(value, path, '[]string')
    return value.map((one) => shaped(one, shape[0], path) ?? '')
  }
  if (typeof value !== 'object' || Array.isArray(value)) return refuse(value, path, 'object')
  const members = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const wanted = Object.hasOwn(shape, name) ? shape[name] : shape['*']
    const read = wanted === undefined ? undefined : shaped(member, wanted, path === '' ? name : `${path}.${name}`)
    return read === undefined ? [] : [[name, read]]
  })
  return Object.fromEntries(members)
}

const GO_TYPES = { string: 'string', boolean: 'bool', integer: 'int32' } as const

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape)

const isA = (type: keyof typeof GO_TYPES, value: unknown): boolean =>
  type === 'integer' ? Number.isInteger(value) && (value as number) === ((value as number) | 0) : typeof value === type

function refuse(value: unknown, path: string, wanted: string): never {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  throw new Error(`json: cannot unmarshal ${kind} into Go struct field ${path} of type ${wanted}`)
}
