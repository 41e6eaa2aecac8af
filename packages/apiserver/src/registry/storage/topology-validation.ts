import { duplicate, type FieldError, type FieldPath, qualifiedNameErrors, required } from '@kubetape/apimachinery'
import type { TopologySelectorLabelRequirement, TopologySelectorTerm } from '@kubetape/api/types/core/v1'
import { checkRule } from '../core/pod/field-rule.ts'

/**
 * Where volumes of a class may be (API reference, TopologySelectorTerm): no term twice. Upstream compares each with as many empty ones as there are
 * terms, and so refuses an empty one that often.
 */
export function validateTopologies(terms: readonly TopologySelectorTerm[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const seen = terms.map(() => meaningOf({}))
  for (const [at, term] of terms.entries()) {
    const place = path.index(at).child('matchLabelExpressions')
    errors.push(...validateTerm(term, place))
    const meaning = meaningOf(term)
    errors.push(...seen.filter((one) => one === meaning).map(() => duplicate(place, '')))
    seen.push(meaning)
  }
  return errors
}

/** What a term asks for, whatever the order of its keys and values; the last of several requirements for a key counts. */
function meaningOf({ matchLabelExpressions = [] }: TopologySelectorTerm): string {
  const values = new Map(matchLabelExpressions.map(({ key, values = [] }) => [key, [...new Set(values)].sort()]))
  return JSON.stringify([...values].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function validateTerm({ matchLabelExpressions = [] }: TopologySelectorTerm, path: FieldPath): FieldError[] {
  const keys = new Set<string>()
  return matchLabelExpressions.flatMap((requirement, at) => {
    const errors = validateRequirement(requirement, path.index(at))
    if (keys.has(requirement.key)) errors.push(duplicate(path.index(at).child('key'), requirement.key))
    keys.add(requirement.key)
    return errors
  })
}

function validateRequirement({ key = '', values = [] }: TopologySelectorLabelRequirement, path: FieldPath): FieldError[] {
  const place = path.child('values')
  const errors = values.length === 0 ? [required(place)] : []
  for (const [at, value] of values.entries()) if (values.indexOf(value) < at) errors.push(duplicate(place.index(at), value))
  return [...errors, ...checkRule(path.child('key'), key, qualifiedNameErrors)]
}
