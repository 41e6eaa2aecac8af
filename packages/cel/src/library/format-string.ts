import { CelEvaluationError } from '../cel-program.ts'
import { CelList, CelMap } from '../runtime/collections.ts'
import { CelTypeValue, CelUint } from '../runtime/values.ts'
import { toText } from './conversions.ts'
import type { CallContext } from './library.ts'

const PRECISION_MAX = 1000

/** `"%s is %d".format([…])`: the verbs s, d, f, e, b, x, X and o of the strings extension. */
export function formatString(format: string, values: CelList, context: CallContext): string {
  let next = 0
  let result = ''
  for (let at = 0; at < format.length; at++) {
    const char = format[at]!
    if (char !== '%') {
      result += char
      continue
    }
    if (format[at + 1] === '%') {
      result += '%'
      at++
      continue
    }
    const verb = /^(?:\.(\d+))?([a-zA-Z])/.exec(format.slice(at + 1, at + 16))
    if (verb === null) throw new CelEvaluationError('unexpected end of format string')
    if (next >= values.size) throw new CelEvaluationError(`index ${next} out of range`)
    const precision = verb[1] === undefined ? undefined : Number(verb[1])
    if (precision !== undefined && precision > PRECISION_MAX) throw new CelEvaluationError(`precision of ${precision} is too large`)
    const text = formatOne(verb[2]!, values.at(next++), precision)
    context.walk(text.length)
    result += text
    at += verb[0].length
  }
  return result
}

function formatOne(verb: string, value: unknown, precision: number | undefined): string {
  switch (verb) {
    case 's':
      return formatValue(value)
    case 'd': {
      const number = integer(value)
      if (number !== undefined) return number.toString()
      if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
      throw wrongType('integer', value)
    }
    case 'f':
      return (decimal(value) ?? raise('fixed-point', value)).toFixed(Math.min(precision ?? 6, 100))
    case 'e': {
      const [digits, exponent] = (decimal(value) ?? raise('scientific', value)).toExponential(Math.min(precision ?? 6, 100)).split('e')
      return `${digits}e${exponent!.startsWith('-') ? '-' : '+'}${exponent!.slice(1).padStart(2, '0')}`
    }
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : (integer(value) ?? raise('binary', value)).toString(2)
    case 'o':
      return (integer(value) ?? raise('octal', value)).toString(8)
    case 'x':
    case 'X': {
      const hex =
        typeof value === 'string'
          ? Buffer.from(value).toString('hex')
          : value instanceof Uint8Array
            ? Buffer.from(value).toString('hex')
            : (integer(value) ?? raise('hex', value)).toString(16)
      return verb === 'X' ? hex.toUpperCase() : hex
    }
    default:
      throw new CelEvaluationError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`)
  }
}

const integer = (value: unknown): bigint | undefined =>
  typeof value === 'bigint' ? value : value instanceof CelUint ? value.value : undefined
const decimal = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

function raise(verb: string, value: unknown): never {
  throw wrongType(verb, value)
}

const wrongType = (verb: string, value: unknown): CelEvaluationError =>
  new CelEvaluationError(`error during formatting: ${verb} clause can only be used on numbers, was given ${typeof value}`)

function formatValue(value: unknown): string {
  if (value === null) return 'null'
  if (value instanceof CelList) return `[${[...value].map(formatNested).join(', ')}]`
  if (value instanceof CelMap) {
    return `{${[...value.keys()]
      .map((key) => `${formatNested(key)}:${formatNested(value.get(key))}`)
      .sort()
      .join(', ')}}`
  }
  return value instanceof CelTypeValue ? value.name : toText(value)
}

const formatNested = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : formatValue(value))
