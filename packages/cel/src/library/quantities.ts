import { type Quantity, parseQuantity } from '@kubetape/apimachinery'
import { CelEvaluationError } from '../cel-program.ts'
import { CelOpaque } from '../runtime/values.ts'
import { type CelFunction, library, noSuchOverload } from './library.ts'

/** A Kubernetes quantity. */
export class CelQuantity extends CelOpaque {
  readonly typeName = 'kubernetes.Quantity'
  readonly quantity: Quantity

  constructor(quantity: Quantity) {
    super()
    this.quantity = quantity
  }

  override equals(other: CelOpaque): boolean {
    return other instanceof CelQuantity && this.quantity.compare(other.quantity) === 0
  }
}

const INT_MAX = 2n ** 63n - 1n

function of(value: unknown): Quantity {
  if (!(value instanceof CelQuantity)) throw noSuchOverload()
  return value.quantity
}

function parsed(text: unknown): Quantity {
  if (typeof text !== 'string') throw noSuchOverload()
  try {
    return parseQuantity(text)
  } catch (error) {
    throw new CelEvaluationError(error instanceof Error ? error.message : String(error))
  }
}

function isQuantity(text: unknown): boolean {
  try {
    parsed(text)
    return true
  } catch (error) {
    if (error instanceof CelEvaluationError) return false
    throw error
  }
}

/** The quantity as an int; undefined when it is none. */
function integer(quantity: Quantity): bigint | undefined {
  const { unscaled, scale } = quantity
  const power = 10n ** BigInt(Math.min(Math.abs(scale), 100))
  if (scale > 0 && unscaled % power !== 0n) return undefined
  const value = scale > 0 ? unscaled / power : unscaled * power
  return value > INT_MAX || value < -INT_MAX - 1n ? undefined : value
}

const other = (value: unknown): Quantity | bigint => (typeof value === 'bigint' ? value : of(value))
const QUANTITY = 'kubernetes.Quantity'

function arithmetic(name: 'add' | 'sub'): CelFunction {
  const sign = name === 'add' ? 1n : -1n
  return library(
    name,
    { [`quantity_${name}`]: `${QUANTITY}.(${QUANTITY}): ${QUANTITY}`, [`quantity_${name}_int`]: `${QUANTITY}.(int): ${QUANTITY}` },
    ([a, b]) => {
      const left = of(a)
      if (typeof b === 'bigint') return new CelQuantity(left.add((left.constructor as typeof Quantity).of(sign * b)))
      return new CelQuantity(name === 'add' ? left.add(of(b)) : left.subtract(of(b)))
    },
  )
}

/** The quantity library. */
export const quantities: readonly CelFunction[] = [
  library('quantity', { string_to_quantity: `(string): ${QUANTITY}` }, ([text]) => new CelQuantity(parsed(text))),
  library('isQuantity', { is_quantity_string: '(string): bool' }, ([text]) => isQuantity(text)),
  library('sign', { quantity_sign: `${QUANTITY}.(): int` }, ([a]) => BigInt(of(a).sign)),
  library('isGreaterThan', { quantity_is_greater_than: `${QUANTITY}.(${QUANTITY}): bool` }, ([a, b]) => of(a).compare(other(b)) > 0),
  library('isLessThan', { quantity_is_less_than: `${QUANTITY}.(${QUANTITY}): bool` }, ([a, b]) => of(a).compare(other(b)) < 0),
  library('compareTo', { quantity_compare_to: `${QUANTITY}.(${QUANTITY}): int` }, ([a, b]) => BigInt(Math.sign(of(a).compare(other(b))))),
  library('asApproximateFloat', { quantity_get_float: `${QUANTITY}.(): double` }, ([a]) => of(a).asNumber()),
  library('asInteger', { quantity_get_int: `${QUANTITY}.(): int` }, ([a]) => {
    const value = integer(of(a))
    if (value === undefined) throw new CelEvaluationError('cannot convert value to integer')
    return value
  }),
  library('isInteger', { quantity_is_integer: `${QUANTITY}.(): bool` }, ([a]) => integer(of(a)) !== undefined),
  arithmetic('add'),
  arithmetic('sub'),
]
