import { CEL_LIMITS, CelEvaluationError, type CelProgram } from '@kubetape/cel'
import { duplicate, type FieldError, FieldPath, forbidden, invalid, isJsonObject, required } from '@kubetape/apimachinery'
import type { CompiledRule } from './compiled-rule.ts'
import { type Correlation, MapList } from './correlation.ts'
import type { ValidationRule } from './json-schema-props.ts'
import type { RuleNode } from './rule-tree.ts'
import { ERRORS_MAX } from './validation-run.ts'

const MESSAGE_MAX_BYTES = 5 * 1024
const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run'
/** How a run ends whose budget is used up. */
const CANCELLED = 'operation cancelled: actual cost limit exceeded'

/** What a run is told of a request. */
export interface RuleRunOptions {
  /** Gate CRDValidationRatcheting: rules that may do without an old value are judged, unchanged values only warn. */
  readonly ratchets: boolean
  warn(text: string): void
}

/** A value's correlation, or that of the nearest value around it that has one. */
interface Ratchet {
  readonly current: Correlation | undefined
  readonly nearest: Correlation | undefined
}

const NO_RATCHET: Ratchet = { current: undefined, nearest: undefined }

/** Thrown to end a run: no more may be evaluated. */
class BudgetSpent extends Error {}

/** Judges the rules of one object (KEP-2876), within one budget for all of them. */
export class RuleRun {
  readonly errors: FieldError[] = []
  readonly #options: RuleRunOptions
  #budget: number = CEL_LIMITS.runtimeBudget
  #spent = false

  constructor(options: RuleRunOptions) {
    this.#options = options
  }

  /** Whether the budget is used up, so that nothing more is judged. */
  get spent(): boolean {
    return this.#spent
  }

  /** Judges a value at `path`, or an object; `old` is undefined on create. */
  run(node: RuleNode, value: unknown, old: unknown, correlation?: Correlation, path?: FieldPath): void {
    if (this.#spent) return
    try {
      this.#value(node, value, old, path, { current: correlation, nearest: undefined })
    } catch (error) {
      if (!(error instanceof BudgetSpent)) throw error
      this.#spent = true
    }
  }

  #value(node: RuleNode, value: unknown, old: unknown, path: FieldPath | undefined, ratchet: Ratchet): void {
    // Rules about null are those of what is around it.
    if (value === null || value === undefined) return
    if (node.rules.length > 0) this.#rules(node, value, old ?? undefined, path, ratchet)
    if (Array.isArray(value)) this.#items(node, value, old, path, ratchet)
    else if (isJsonObject(value)) this.#properties(node, value, old, path, ratchet)
  }

  #items({ items, itemKeys }: RuleNode, list: readonly unknown[], old: unknown, path: FieldPath | undefined, ratchet: Ratchet): void {
    if (items === undefined) return
    const before = itemKeys !== undefined && Array.isArray(old) ? new MapList(itemKeys, old) : undefined
    for (const [at, item] of list.entries()) {
      const inner = ratchet.current === undefined ? ratchet : { current: ratchet.current.index(at), nearest: ratchet.current }
      this.#value(items, item, before?.get(item), (path ?? FieldPath.of('')).index(at), inner)
    }
  }

  #properties(node: RuleNode, object: object, old: unknown, path: FieldPath | undefined, ratchet: Ratchet): void {
    const before = node.correlatesProperties && isJsonObject(old) ? old : undefined
    for (const [name, value] of Object.entries(object)) {
      const property = node.properties.get(name)
      const inner = property ?? node.values
      if (inner === undefined) continue
      const place = property === undefined ? (path ?? FieldPath.of('')).key(name) : childOf(path, name)
      const was = before !== undefined && Object.hasOwn(before, name) ? before[name] : undefined
      this.#value(inner, value, was, place, ratchetOf(ratchet, name))
    }
  }

  #rules({ rules, type }: RuleNode, value: unknown, old: unknown, path: FieldPath | undefined, ratchet: Ratchet): void {
    for (const one of rules) {
      if (this.errors.length > ERRORS_MAX) throw new BudgetSpent()
      if (this.#budget <= 0) this.#end(errorAt(path, type, OUT_OF_BUDGET))
      if (one.error !== undefined) this.errors.push(errorAt(path, type, `rule compile error: ${one.error}`))
      if (one.program === undefined) continue
      if (one.usesOldSelf && old === undefined && !(this.#options.ratchets && one.rule.optionalOldSelf === true)) continue
      const variables = { self: value, ...(old === undefined && !one.rule.optionalOldSelf ? {} : { oldSelf: old ?? null }) }
      if (this.#holds(one, one.program, variables, path, type)) continue
      const place = one.fieldPath === '' ? path : pathBelow(path, one.fieldPath)
      const detail = one.message === undefined ? undefined : this.#message(one, variables, place, type, ratchet)
      this.#broken(one, errorFor(place, type, detail ?? messageOf(one.rule), one.rule.reason), ratchet)
    }
  }

  /** Whether the rule holds; what keeps it from being evaluated is noted, and counts as holding. */
  #holds(
    { rule }: CompiledRule,
    program: CelProgram,
    variables: Record<string, unknown>,
    path: FieldPath | undefined,
    type: string,
  ): boolean {
    try {
      const { value, cost } = program.evaluate(variables, { costLimit: CEL_LIMITS.perCall })
      if (!this.#spend(cost)) this.#end(errorAt(path, type, OUT_OF_BUDGET))
      return value === true
    } catch (error) {
      if (!(error instanceof CelEvaluationError)) throw error
      if (!this.#spend(error.cost)) this.#end(errorAt(path, type, OUT_OF_BUDGET))
      const said = saidOf(rule)
      if (error.overBudget)
        this.#end(
          errorAt(path, type, `'${CANCELLED}': no further validation rules will be run due to call cost exceeds limit for rule: ${said}`),
        )
      this.errors.push(
        errorAt(
          path,
          type,
          error.message.startsWith('no such overload')
            ? `'${error.message}': call arguments did not match a supported operator, function or macro signature for rule: ${said}`
            : `${error.message} evaluating rule: ${said}`,
        ),
      )
      return true
    }
  }

  /** What the rule's message expression says; undefined where it says nothing that can be shown. */
  #message(
    one: CompiledRule,
    variables: Record<string, unknown>,
    path: FieldPath | undefined,
    type: string,
    ratchet: Ratchet,
  ): string | undefined {
    const end = (detail: string): never => {
      this.#broken(one, errorAt(path, type, detail), ratchet)
      throw new BudgetSpent()
    }
    const spent = 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run'
    try {
      const { value, cost } = one.message!.evaluate(variables, { costLimit: CEL_LIMITS.perCall })
      if (!this.#spend(cost)) return end(spent)
      const text = typeof value === 'string' ? value.trim() : ''
      const isShown = text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= MESSAGE_MAX_BYTES
      return isShown ? text : undefined
    } catch (error) {
      if (!(error instanceof CelEvaluationError)) throw error
      if (!this.#spend(error.cost)) return end(spent)
      if (error.overBudget) {
        const source = JSON.stringify(one.rule.messageExpression)
        return end(`no further validation rules will be run due to call cost exceeds limit for messageExpression: ${source}`)
      }
      return undefined
    }
  }

  /** An unchanged value may go on breaking a rule that is not about changes. */
  #broken(one: CompiledRule, error: FieldError, ratchet: Ratchet): void {
    const same = (ratchet.current ?? ratchet.nearest)?.unchanged === true
    if (!one.usesOldSelf && same) this.#options.warn(`${error.field}: ${error.message}`)
    else this.errors.push(error)
  }

  #spend(cost: number): boolean {
    if (cost > this.#budget) return false
    this.#budget -= cost
    return true
  }

  #end(error: FieldError): never {
    this.errors.push(error)
    throw new BudgetSpent()
  }
}

/** Changes of a resource's own type and version do not show, so they are never forgiven. */
function ratchetOf(ratchet: Ratchet, name: string): Ratchet {
  const { current, nearest } = ratchet
  if (current === undefined) return ratchet
  if (nearest === undefined && (name === 'apiVersion' || name === 'kind')) return NO_RATCHET
  return { current: current.key(name), nearest: current }
}

const NOWHERE = FieldPath.of('<nil>')

const childOf = (path: FieldPath | undefined, name: string): FieldPath => (path === undefined ? FieldPath.of(name) : path.child(name))

const pathBelow = (path: FieldPath | undefined, below: string): FieldPath => (path === undefined ? FieldPath.of(below) : path.child(below))

/** Upstream shows the type in the place of the value. */
const errorAt = (path: FieldPath | undefined, type: string, detail: string): FieldError => invalid(path ?? NOWHERE, type, detail)

function errorFor(path: FieldPath | undefined, type: string, detail: string, reason: string | undefined): FieldError {
  const place = path ?? NOWHERE
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(place, detail)
    case 'FieldValueRequired':
      return required(place, detail)
    case 'FieldValueDuplicate':
      return duplicate(place, type)
    default:
      return invalid(place, type, detail)
  }
}

/** The rule as messages about its evaluation name it. */
const saidOf = ({ rule, message }: ValidationRule): string => (message ? message.trim() : rule.trim())

const messageOf = (rule: ValidationRule): string => (rule.message ? rule.message.trim() : `failed rule: ${rule.rule.trim()}`)
