import { CEL_LIMITS, celTypeOfSchema, leastBytesOfSchema, REQUEST_BYTES } from '@kubetape/cel'
import { type FieldError, type FieldPath, forbidden, internalFieldError, invalid } from '@kubetape/apimachinery'
import { type CompiledRule, compileRules } from './compiled-rule.ts'
import type { JsonSchemaProps, ValidationRule } from './json-schema-props.ts'
import type { Place } from './schema-keywords.ts'

/** Rules that cost less than this part of the total are not told among those that cost most. */
const NOTABLE_COST = CEL_LIMITS.estimateTotal / 100
const NOTABLE_MAX = 4

/** Compiles the rules of a definition's schema and adds up what they may cost (KEP-2876, "Resource constraints"). One is made per schema. */
export class RuleJudge {
  readonly #errors: FieldError[] = []
  readonly #costs: { readonly path: FieldPath; readonly cost: number }[] = []
  #total = 0

  /** Judges the rules of one schema at `path`. */
  judge(schema: JsonSchemaProps, path: FieldPath, place: Place): void {
    const isResource = place.isRoot || schema['x-kubernetes-embedded-resource'] === true
    const self = celTypeOfSchema(schema, { isResource, name: 'selfType' })
    const at = path.child('x-kubernetes-validations')
    if (self === undefined) {
      const detail = 'unable to convert structural schema to CEL declarations'
      this.#errors.push(
        internalFieldError(at, `internal error: failed to construct type information for x-kubernetes-validations rules: ${detail}`),
      )
      return
    }
    const times = Number.isFinite(place.cardinality) ? place.cardinality : timesInRequest(leastBytesOfSchema(schema, isResource) ?? 0)
    for (const [index, rule] of compileRules(schema, self).entries()) this.#rule(rule, at.index(index), place, times)
  }

  /** What is wrong with the rules, those of inner schemas first. */
  get errors(): readonly FieldError[] {
    return this.#errors
  }

  /** What is wrong with all rules together, in the schema at `path`. */
  totalErrors(path: FieldPath): FieldError[] {
    if (this.#total <= CEL_LIMITS.estimateTotal) return []
    const detail = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'
    const most = this.#costs.sort((a, b) => b.cost - a.cost).slice(0, NOTABLE_MAX)
    const total = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema'
    return [...most.map((one) => forbidden(one.path, detail)), forbidden(path, costMessage(total, this.#total, CEL_LIMITS.estimateTotal))]
  }

  #rule(compiled: CompiledRule, path: FieldPath, place: Place, times: number): void {
    const { rule, program, error, message, messageError, usesOldSelf } = compiled
    this.#cost('estimated rule cost', multiply(program?.cost.max ?? 0, times), path.child('rule'))
    if (error !== undefined) this.#errors.push(invalid(path.child('rule'), '', error, printRule(rule)))
    if (messageError !== undefined) this.#errors.push(invalid(path.child('messageExpression'), '', messageError, printRule(rule)))
    else if (message !== undefined) this.#cost('estimated messageExpression cost', message.cost.max, path.child('messageExpression'))
    if (usesOldSelf) {
      if (place.uncorrelated === undefined) return
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelated.toString()}`
      this.#errors.push(invalid(path.child('rule'), rule.rule, detail))
    } else if (rule.optionalOldSelf !== undefined) {
      const detail = 'may not be set if oldSelf is not used in rule'
      this.#errors.push(invalid(path.child('optionalOldSelf'), rule.optionalOldSelf, detail))
    }
  }

  #cost(what: string, cost: number, path: FieldPath): void {
    if (cost > CEL_LIMITS.estimatePerRule) this.#errors.push(forbidden(path, costMessage(what, cost, CEL_LIMITS.estimatePerRule)))
    this.#total += cost
    if (cost >= NOTABLE_COST) this.#costs.push({ path, cost })
  }
}

/** How often a value of at least this size fits into a request, a comma after each. */
const timesInRequest = (bytes: number): number => Math.floor(REQUEST_BYTES / (bytes + 1))

/** Nothing may be done without end and cost nothing. */
const multiply = (cost: number, times: number): number => (cost === 0 || times === 0 ? 0 : cost * times)

function costMessage(what: string, cost: number, limit: number): string {
  const factor = cost / limit
  const shown = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`
  return `${what} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`
}

/** A rule as Go prints it; what it points to shows as an address there, which nobody can match on. */
function printRule({ rule, message = '', messageExpression = '', reason, fieldPath = '', optionalOldSelf }: ValidationRule): string {
  const quote = (text: string): string => JSON.stringify(text)
  const pointer = (type: string, value: unknown): string => `(${type})(${value === undefined ? 'nil' : '0xc000000000'})`
  return `apiextensions.ValidationRule{Rule:${quote(rule)}, Message:${quote(message)}, MessageExpression:${quote(messageExpression)}, Reason:${pointer('*apiextensions.FieldValueErrorReason', reason)}, FieldPath:${quote(fieldPath)}, OptionalOldSelf:${pointer('*bool', optionalOldSelf)}}`
}
