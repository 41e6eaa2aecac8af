import { exactInteger, type JsonObject, setMember } from '@kubetape/apimachinery'
import { DecodeContext, DecodeError } from '../../schema/decode-context.ts'
import { countKeys } from '../../schema/decoder.ts'
import { ExactNumber } from '../../schema/exact-number.ts'
import type { JsonText } from '../../schema/json-text.ts'
import { RepeatedFields } from '../../schema/repeated-fields.ts'

/** A body as it was read: a fresh value whose numbers are exact, and the keys that it has twice. */
export interface ReadBody {
  readonly value: unknown
  /** `duplicate field "spec.a"`; empty where nobody asks. */
  readonly strictErrors: readonly string[]
}

/** Numbers that are not what the native parser makes of them: long ones, minus zero, and exponents that may be too large. */
const DELICATE = /[0-9]{16}|-0|[0-9][eE][+-]?[0-9]{3}/

/**
 * The value of a JSON text as custom resources have it: integers exact to 64 bits, `1.0` and `1e2` are integers too; of a repeated key the last value
 * wins. Throws a DecodeError for a number that no float holds.
 */
export function readCustomBody(body: JsonText, asksForRepeated: boolean): ReadBody {
  const repeats = asksForRepeated && body.keyCount !== countKeys(body.value)
  if (!repeats && (body.plainNumbers || !DELICATE.test(body.text))) return { value: body.value, strictErrors: [] }
  const context = new DecodeContext(asksForRepeated)
  return { value: plain(body.exact(), context), strictErrors: context.strictErrors }
}

function plain(value: unknown, context: DecodeContext): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof ExactNumber) return plainNumber(value)
  if (Array.isArray(value)) {
    return value.map((item, at) => {
      context.enter(at)
      const made = plain(item, context)
      context.leave()
      return made
    })
  }
  const object: JsonObject = {}
  for (const [name, member] of value instanceof RepeatedFields ? value.entries : Object.entries(value as JsonObject)) {
    if (Object.hasOwn(object, name)) context.duplicateField(name)
    context.enter({ key: name })
    setMember(object, name, plain(member, context))
    context.leave()
  }
  return object
}

function plainNumber({ text }: ExactNumber): number | bigint {
  const value = Number(text)
  if (!Number.isFinite(value)) throw new DecodeError(`json: cannot unmarshal number ${text} into Go value of type float64`)
  // Minus zero is an integer like any other.
  return value === 0 ? 0 : exactInteger(value, text)
}
