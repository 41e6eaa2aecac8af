import { parseGoInt, printGoStrings } from './go-syntax.ts'
import { labelValueErrors, qualifiedNameErrors } from './names.ts'

/** How a requirement compares a label; `exists` and `!` take no value, `gt` and `lt` an integer. */
export type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt'

/** One requirement of a selector. */
export interface LabelRequirement {
  readonly key: string
  readonly operator: LabelOperator
  readonly values: readonly string[]
}

type Labels = Readonly<Record<string, string>>

/** A requirement whose key and values are well formed. Throws an Error with the API server's words. */
export function checkedRequirement(key: string, operator: LabelOperator, values: readonly string[]): LabelRequirement {
  const keyError = labelKeyError(key, 'key')
  const errors = keyError === undefined ? [] : [keyError]
  errors.push(...operatorErrors(operator, values))
  for (const [at, value] of values.entries()) {
    const wrong = labelValueErrors(value)
    if (wrong.length > 0) errors.push(`values[${at}][${key}]: Invalid value: ${JSON.stringify(value)}: ${wrong.join('; ')}`)
  }
  const distinct = [...new Set(errors)]
  if (distinct.length > 0) throw new Error(distinct.length === 1 ? distinct[0] : `[${distinct.join(', ')}]`)
  return { key, operator, values }
}

/** What is wrong with a label's key, as an error of the field at `path`. */
export function labelKeyError(key: string, path: string): string | undefined {
  const wrong = qualifiedNameErrors(key)
  return wrong.length === 0 ? undefined : `${path}: Invalid value: ${JSON.stringify(key)}: ${wrong.join('; ')}`
}

function operatorErrors(operator: LabelOperator, values: readonly string[]): string[] {
  const wrong = (message: string): string[] => [`values: Invalid value: ${printGoStrings(values)}: ${message}`]
  switch (operator) {
    case 'in':
    case 'notin':
      return values.length === 0 ? wrong("for 'in', 'notin' operators, values set can't be empty") : []
    case '=':
    case '==':
    case '!=':
      return values.length === 1 ? [] : wrong('exact-match compatibility requires one single value')
    case 'exists':
    case '!':
      return values.length === 0 ? [] : wrong('values set must be empty for exists and does not exist')
    case 'gt':
    case 'lt':
      return [
        ...(values.length === 1 ? [] : wrong("for 'Gt', 'Lt' operators, exactly one value is required")),
        ...values.flatMap((value, at) => {
          if (parseGoInt(value) !== undefined) return []
          return [`values[${at}]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`]
        }),
      ]
  }
}

/** The requirement as a predicate, with everything decided that can be decided before there are labels. */
export function compileRequirement({ key, operator, values }: LabelRequirement): (labels: Labels) => boolean {
  // A label counts as present when its value is a string: objects inherit members such as `constructor` that are none.
  switch (operator) {
    case '=':
    case '==':
    case 'in': {
      if (values.length === 1) {
        const only = values[0]
        return (labels) => labels[key] === only
      }
      const wanted = new Set(values)
      return (labels) => wanted.has(labels[key] as string)
    }
    case '!=':
    case 'notin': {
      const unwanted = new Set(values)
      return (labels) => !unwanted.has(labels[key] as string)
    }
    case 'exists':
      return (labels) => typeof labels[key] === 'string'
    case '!':
      return (labels) => typeof labels[key] !== 'string'
    case 'gt':
    case 'lt':
      return compileComparison(key, operator, values[0] ?? '')
  }
}

/** Labels are compared as 64-bit integers; a label that is none never matches. */
function compileComparison(key: string, operator: 'gt' | 'lt', value: string): (labels: Labels) => boolean {
  const bound = parseGoInt(value)
  return (labels) => {
    const label = labels[key]
    const number = typeof label === 'string' ? parseGoInt(label) : undefined
    if (number === undefined || bound === undefined) return false
    return operator === 'gt' ? number > bound : number < bound
  }
}

/** The requirement as selectors write it, with its values sorted. */
export function formatRequirement({ key, operator, values }: LabelRequirement): string {
  const list = [...values].sort().join(',')
  switch (operator) {
    case 'exists':
      return key
    case '!':
      return `!${key}`
    case 'in':
    case 'notin':
      return `${key} ${operator} (${list})`
    case 'gt':
      return `${key}>${list}`
    case 'lt':
      return `${key}<${list}`
    default:
      return `${key}${operator}${list}`
  }
}
