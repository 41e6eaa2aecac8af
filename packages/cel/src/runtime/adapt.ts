import { CelEvaluationError } from '../cel-program.ts'
import { type CelType } from '../cel-type.ts'
import { CelList, CelMap, JsonMap } from './collections.ts'
import { parseDuration, parseTimestamp, timestampText, durationText } from './time.ts'
import { CelDuration, CelOpaque, CelOptional, CelTimestamp, CelTypeValue, CelUint } from './values.ts'

/** The value that a JSON value is, seen as its type says. Values pass. */
export function adapt(json: unknown, type: CelType): unknown {
  if (type.kind === 'optional') return adaptOptional(json, type.of)
  switch (typeof json) {
    case 'string':
      return type.kind === 'string' || type.kind === 'dyn' ? json : adaptString(json, type)
    case 'number':
      return type.kind !== 'double' && Number.isInteger(json) ? BigInt(json) : json
    case 'bigint':
      return type.kind === 'double' ? Number(json) : json
    case 'object':
      return json === null ? null : adaptObject(json, type)
    default:
      return json
  }
}

/** Null stands for a value that is missing. */
function adaptOptional(json: unknown, of: CelType): CelOptional {
  if (json instanceof CelOptional) return json
  return json === null ? CelOptional.none : new CelOptional(adapt(json, of))
}

function adaptString(json: string, type: CelType): unknown {
  switch (type.kind) {
    case 'bytes':
      return new Uint8Array(Buffer.from(json, 'base64'))
    case 'timestamp':
      return parseTimestamp(/^\d{4}-\d\d-\d\d$/.test(json) ? `${json}T00:00:00Z` : json)
    case 'duration':
      return parseDuration(json)
    default:
      return json
  }
}

function adaptObject(json: object, type: CelType): unknown {
  if (Array.isArray(json)) return CelList.json(json as readonly unknown[], type.kind === 'list' ? type : undefined)
  return isValue(json) ? json : new JsonMap(json as Record<string, unknown>, type)
}

function isValue(json: object): boolean {
  return (
    json instanceof CelList ||
    json instanceof CelMap ||
    json instanceof CelOpaque ||
    json instanceof Uint8Array ||
    json instanceof CelTimestamp ||
    json instanceof CelDuration ||
    json instanceof CelUint ||
    json instanceof CelTypeValue ||
    json instanceof CelOptional
  )
}

/** The JSON-like value of a value: ints as bigints, times as their texts. */
export function toJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof CelUint) return value.value
  if (value instanceof CelList) return [...value].map(toJson)
  if (value instanceof CelMap) return Object.fromEntries([...value.keys()].map((key) => [String(toJson(key)), toJson(value.get(key))]))
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof CelTimestamp) return timestampText(value)
  if (value instanceof CelDuration) return durationText(value)
  if (value instanceof CelOptional) return value.value === undefined ? null : toJson(value.value)
  if (value instanceof CelTypeValue) return value.name
  if (value instanceof CelOpaque) return value.text() ?? null
  throw new CelEvaluationError('unsupported conversion to json')
}
