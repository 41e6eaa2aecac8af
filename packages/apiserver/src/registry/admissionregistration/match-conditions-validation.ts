import type { MatchCondition } from '@kubetape/api/types/admissionregistration/v1'
import { type CelEnvironmentOptions, compileExpression, variableTypes } from '@kubetape/cel'
import { duplicate, type FieldError, type FieldPath, invalid, qualifiedNameErrors, required, tooMany } from '@kubetape/apimachinery'

const CONDITIONS_MAX = 64

export interface MatchConditionRules {
  /** Whether conditions may read `params`. */
  readonly params: boolean
  /** How costs are counted, and what the gates add. */
  readonly options: Omit<CelEnvironmentOptions, 'variables'>
  /** Expressions that are stored already: they may use what the release before did not know. */
  readonly stored: ReadonlySet<string>
}

/** The match conditions of a webhook or a policy. */
export function validateMatchConditions(conditions: readonly MatchCondition[], path: FieldPath, rules: MatchConditionRules): FieldError[] {
  const errors = conditions.length > CONDITIONS_MAX ? [tooMany(path, conditions.length, CONDITIONS_MAX)] : []
  const names = new Set<string>()
  for (const [index, condition] of conditions.entries()) {
    const { name = '' } = condition
    errors.push(...validateOne(condition, path.index(index), rules))
    if (name !== '' && names.has(name)) errors.push(duplicate(path.index(index).child('name'), name))
    names.add(name)
  }
  return errors
}

function validateOne(
  { name = '', expression = '' }: MatchCondition,
  path: FieldPath,
  { params, options, stored }: MatchConditionRules,
): FieldError[] {
  const errors: FieldError[] = []
  const text = expression.trim()
  if (text === '') errors.push(required(path.child('expression')))
  else {
    const environment = { ...options, variables: variableTypes({ params, authorizer: true }), version: versionFor(text, stored) }
    const { refusal } = compileExpression(text, environment, ['bool'])
    if (refusal !== undefined) errors.push(invalid(path.child('expression'), text, refusal))
  }
  if (name === '') return [...errors, required(path.child('name'))]
  return [...errors, ...qualifiedNameErrors(name).map((message) => invalid(path.child('name'), name, message))]
}

/** New expressions are held to what the release before knows, so that it can be gone back to (KEP-2876). */
export const versionFor = (text: string, stored: ReadonlySet<string>): '1.30' | '1.31' => (stored.has(text) ? '1.31' : '1.30')
