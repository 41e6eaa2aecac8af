// Bodies out of the schema: mostly right, then broken in a few places.
import { builtinSchemas, typeNameOfKind } from '@kubetape/api'

const DEPTH_MAX = 5
/** What stands where something else should. */
const JUNK = [
  null,
  '',
  'x',
  'A_',
  '-1',
  0,
  -1,
  1.5,
  1e308,
  9007199254740993,
  true,
  [],
  [null],
  {},
  { '': {} },
  { constructor: { prototype: { polluted: true } } },
  '\u0000',
  '\ud800',
  'é'.repeat(300),
  '9'.repeat(400),
  '1e999999',
  '../../etc/passwd',
  '%s%n',
  '(a+)+$',
]
const WORDS = [
  'a',
  'web',
  'default',
  'kube-system',
  'app.kubernetes.io/name',
  'registry.example/app:1',
  '10.0.0.1',
  '80',
  '1Gi',
  '100m',
  'IfNotPresent',
]

/** An object of a kind with some of its fields, a few of them broken. Every choice is drawn from `random`. */
export function objectOf(kind, random, name) {
  const typeName = typeNameOfKind(kind)
  const object = typeName === undefined ? {} : valueOf({ $ref: typeName }, random, 0)
  object.apiVersion = random.chance(0.97)
    ? kind.group === ''
      ? kind.version
      : `${kind.group}/${kind.version}`
    : structuredClone(random.pick(JUNK))
  object.kind = random.chance(0.97) ? kind.kind : structuredClone(random.pick(JUNK))
  object.metadata = { ...(random.chance(0.3) ? object.metadata : {}), name, ...(random.chance(0.2) ? { labels: { app: 'web' } } : {}) }
  for (let left = random.chance(0.5) ? 1 + random.below(2) : 0; left > 0; left--) breakOne(object, random)
  return object
}

function valueOf(schema, random, depth) {
  const type = schema.$ref === undefined ? schema : (builtinSchemas.type(schema.$ref) ?? {})
  if (type.enum !== undefined) return random.pick(type.enum)
  if (type.properties !== undefined) return structOf(type, random, depth)
  switch (type.type) {
    case 'array':
      return depth > DEPTH_MAX ? [] : Array.from({ length: random.below(3) }, () => valueOf(type.items ?? {}, random, depth + 1))
    case 'object': {
      const values = typeof type.additionalProperties === 'object' ? type.additionalProperties : {}
      return Object.fromEntries(Array.from({ length: random.below(3) }, () => [random.pick(WORDS), valueOf(values, random, depth + 1)]))
    }
    case 'boolean':
      return random.chance(0.5)
    case 'integer':
    case 'number':
      return random.pick([0, 1, 2, 5, 80, 600])
    default:
      return random.pick(WORDS)
  }
}

function structOf(type, random, depth) {
  const object = {}
  const share = depth === 0 ? 0.6 : 0.35
  for (const [name, schema] of Object.entries(type.properties)) {
    const wanted = type.required?.includes(name) ? random.chance(0.95) : depth < DEPTH_MAX && random.chance(share / depth || share)
    if (wanted && name !== 'managedFields') object[name] = valueOf(schema, random, depth + 1)
  }
  return object
}

/** Puts junk in one place of an object, however deep. */
function breakOne(object, random) {
  let at = object
  for (let depth = random.below(5); ; depth--) {
    const names = Object.keys(at)
    if (names.length === 0) return
    const name = random.pick(names)
    const value = at[name]
    if (depth === 0 || typeof value !== 'object' || value === null) {
      if (random.chance(0.3)) delete at[name]
      else at[name] = structuredClone(random.pick(JUNK))
      return
    }
    at = value
  }
}
