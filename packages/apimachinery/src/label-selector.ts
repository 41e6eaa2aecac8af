import { type FieldError, type FieldPath, forbidden, invalid, required } from './field-error.ts'
import { printGoStringMap, printGoStrings } from './go-syntax.ts'
import {
  checkedRequirement,
  compileRequirement,
  formatRequirement,
  type LabelOperator,
  type LabelRequirement,
} from './label-requirement.ts'
import { parseLabelRequirements } from './label-selector-parser.ts'
import { labelValueErrors, qualifiedNameErrors } from './names.ts'
import { validateLabels } from './object-meta-validation.ts'
import { badRequest } from './status-error.ts'

type Labels = Readonly<Record<string, string>>

/** A selector as it stands in objects (API reference, LabelSelector v1 meta). Without any requirement it selects everything. */
export interface LabelSelectorObject {
  readonly matchLabels?: Labels
  readonly matchExpressions?: readonly LabelExpression[]
}

/** One expression of a selector in an object. */
export interface LabelExpression {
  readonly key: string
  readonly operator: string
  readonly values?: readonly string[]
}

/**
 * Selects objects by their labels; all requirements must hold. Immutable, compiled once, cheap to match.
 * Make one with `parseLabelSelector`, `labelSelectorOf`, `labelSelectorFromLabels`, or take `EVERYTHING` or `NOTHING`.
 */
export class LabelSelector {
  /** In the order of their keys. */
  readonly requirements: readonly LabelRequirement[]
  /** Whether no object at all is selected. */
  readonly nothing: boolean
  readonly #predicates: readonly ((labels: Labels) => boolean)[]

  /** `requirements` are expected to be valid; `nothing` overrules them. */
  constructor(requirements: readonly LabelRequirement[], nothing = false) {
    this.requirements = Object.freeze([...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)))
    this.nothing = nothing
    this.#predicates = this.requirements.map(compileRequirement)
  }

  /** Whether everything is selected. */
  get empty(): boolean {
    return !this.nothing && this.requirements.length === 0
  }

  /** Whether an object with these labels is selected; no labels are an empty map. */
  matches(labels: Labels | undefined): boolean {
    if (this.nothing) return false
    const given = labels ?? NO_LABELS
    for (const predicate of this.#predicates) if (!predicate(given)) return false
    return true
  }

  /** The one value that the label `key` must have; undefined when others match too. Indexes ask for it. */
  exactValue(key: string): string | undefined {
    const requirement = this.requirements.find((one) => one.key === key)
    if (requirement === undefined || requirement.values.length !== 1) return undefined
    return EXACT.includes(requirement.operator) ? requirement.values[0] : undefined
  }

  /** The selector's canonical text, which parses to an equal selector; that of `NOTHING` is empty. */
  toString(): string {
    return this.requirements.map(formatRequirement).join(',')
  }
}

const EXACT: readonly LabelOperator[] = ['=', '==', 'in']
const NO_LABELS: Labels = Object.freeze({})

/** Selects every object. */
export const EVERYTHING = new LabelSelector([])
/** Selects no object. */
export const NOTHING = new LabelSelector([], true)

/**
 * Reads a selector's text: `a=b,c!=d,e in (x,y),!f,g notin (z),h>1`. The empty text selects everything.
 * @throws StatusError 400 in the API server's words when the text is no selector.
 */
export function parseLabelSelector(text: string): LabelSelector {
  let requirements: LabelRequirement[]
  try {
    requirements = parseLabelRequirements(text)
  } catch (error) {
    throw badRequest((error as Error).message)
  }
  return requirements.length === 0 ? EVERYTHING : new LabelSelector(requirements)
}

/** Selects objects that have all these labels. Nothing is validated. */
export function labelSelectorFromLabels(labels: Labels | undefined): LabelSelector {
  if (labels === undefined) return EVERYTHING
  return new LabelSelector(Object.entries(labels).map(([key, value]) => ({ key, operator: '=', values: [value] })))
}

const EXPRESSION_OPERATORS: Readonly<Record<string, LabelOperator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' }

/**
 * The selector that an object states: an absent one selects nothing, an empty one everything.
 * @throws StatusError 400 when it is malformed; validate it first with `validateLabelSelector` where field errors are wanted.
 */
export function labelSelectorOf(selector: LabelSelectorObject | undefined | null): LabelSelector {
  if (selector === undefined || selector === null) return NOTHING
  const requirements: LabelRequirement[] = []
  try {
    for (const [key, value] of Object.entries(selector.matchLabels ?? {})) requirements.push(checkedRequirement(key, '=', [value]))
    for (const { key, operator, values } of selector.matchExpressions ?? []) {
      const known = Object.hasOwn(EXPRESSION_OPERATORS, operator) ? EXPRESSION_OPERATORS[operator] : undefined
      if (known === undefined) throw new Error(`${JSON.stringify(operator)} is not a valid label selector operator`)
      requirements.push(checkedRequirement(key, known, values ?? []))
    }
  } catch (error) {
    throw badRequest((error as Error).message)
  }
  return requirements.length === 0 ? EVERYTHING : new LabelSelector(requirements)
}

/** What a kind asks of selectors beyond the usual. */
export interface LabelSelectorRules {
  /** Values in expressions need not be valid values of labels; kinds that stored such ones must keep accepting them. Default: false. */
  readonly anyValues?: boolean
}

/** Validates a selector in an object, in the API server's order and words. */
export function validateLabelSelector(
  selector: LabelSelectorObject | undefined | null,
  path: FieldPath,
  rules: LabelSelectorRules = {},
): FieldError[] {
  if (selector === undefined || selector === null) return []
  const expressions = path.child('matchExpressions')
  return [
    ...validateLabels(selector.matchLabels, path.child('matchLabels')),
    ...(selector.matchExpressions ?? []).flatMap((one, at) => validateExpression(one, expressions.index(at), rules)),
  ]
}

function validateExpression(expression: LabelExpression, path: FieldPath, rules: LabelSelectorRules): FieldError[] {
  const errors: FieldError[] = []
  const values = expression.values ?? []
  switch (expression.operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) errors.push(required(path.child('values'), "must be specified when `operator` is 'In' or 'NotIn'"))
      break
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        errors.push(forbidden(path.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
      }
      break
    default:
      errors.push(invalid(path.child('operator'), expression.operator, 'not a valid selector operator'))
  }
  for (const message of qualifiedNameErrors(expression.key)) errors.push(invalid(path.child('key'), expression.key, message))
  if (rules.anyValues) return errors
  for (const [at, value] of values.entries()) {
    for (const message of labelValueErrors(value)) errors.push(invalid(path.child('values').index(at), value, message))
  }
  return errors
}

/** A selector as Go prints it in messages: `v1.LabelSelector{MatchLabels:map[string]string{"app":"a"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}`. */
export function printGoLabelSelector(selector: LabelSelectorObject): string {
  const expressions = selector.matchExpressions?.map(
    ({ key, operator, values }) =>
      `v1.LabelSelectorRequirement{Key:${JSON.stringify(key)}, Operator:${JSON.stringify(operator)}, Values:${printGoStrings(values)}}`,
  )
  const list = `[]v1.LabelSelectorRequirement${expressions === undefined ? '(nil)' : `{${expressions.join(', ')}}`}`
  return `v1.LabelSelector{MatchLabels:${printGoStringMap(selector.matchLabels)}, MatchExpressions:${list}}`
}
