import { isStatusError, type LabelOperator, parseFieldSelector, parseLabelSelector } from '@kubetape/apimachinery'
import type { SelectorRequirement } from './authorizer.ts'

/** A selector as authorizers see it: what of it could be read, and whether some could not. */
export interface ReadSelector {
  readonly requirements: readonly SelectorRequirement[]
  readonly failed: boolean
}

const OPERATORS: Partial<Record<LabelOperator, SelectorRequirement['operator']>> = {
  in: 'In',
  '=': 'In',
  '==': 'In',
  notin: 'NotIn',
  '!=': 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
}

/** The requirements of a field selector's text. */
export function readFieldSelector(text: string): ReadSelector {
  return read(() =>
    parseFieldSelector(text).requirements.map(({ field, operator, value }) => ({
      key: field,
      operator: operator === '=' ? 'In' : 'NotIn',
      values: [value],
    })),
  )
}

/** The requirements of a label selector's text; comparisons of numbers are none that authorizers know. */
export function readLabelSelector(text: string): ReadSelector {
  let strange = false
  const { requirements, failed } = read(() =>
    parseLabelSelector(text).requirements.flatMap(({ key, operator, values }) => {
      const known = OPERATORS[operator]
      if (known === undefined) strange = true
      return known === undefined ? [] : [{ key, operator: known, values }]
    }),
  )
  return { requirements, failed: failed || strange }
}

function read(parse: () => SelectorRequirement[]): ReadSelector {
  try {
    return { requirements: parse(), failed: false }
  } catch (error) {
    if (isStatusError(error)) return { requirements: [], failed: true }
    throw error
  }
}
