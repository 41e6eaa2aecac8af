import { type FieldError, type FieldPath, invalid, notSupported, required } from '@kubetape/apimachinery'
import type { JsonSchemaProps, ValidationRule } from './json-schema-props.ts'
import { FieldPathError, resolveFieldPath } from './rule-field-path.ts'

/** The reasons that a rule may give, as upstream lists them. */
const REASONS: readonly string[] = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']

const hasLineBreaks = (text: string): boolean => /[\n\r]/.test(text)

/** What is wrong with the rules of a schema before they are compiled (API reference, ValidationRule). */
export function ruleShapeErrors(schema: JsonSchemaProps, path: FieldPath): FieldError[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, at) => shapeErrors(rule, schema, path.index(at)))
}

function shapeErrors(rule: ValidationRule, schema: JsonSchemaProps, path: FieldPath): FieldError[] {
  const errors = textErrors(rule, path)
  if (rule.messageExpression && rule.messageExpression.trim() === '')
    errors.push(required(path.child('messageExpression'), 'messageExpression must be non-empty if specified'))
  if (rule.reason !== undefined && !REASONS.includes(rule.reason)) errors.push(notSupported(path.child('reason'), rule.reason, REASONS))
  const { fieldPath = '' } = rule
  if (fieldPath === '') return errors
  const refuse = (detail: string): unknown => errors.push(invalid(path.child('fieldPath'), fieldPath, detail))
  if (fieldPath.trim() === '') refuse('fieldPath must be non-empty if specified')
  if (hasLineBreaks(fieldPath)) refuse('fieldPath must not contain line breaks')
  if (!leadsSomewhere(fieldPath, schema)) refuse('fieldPath must be a valid path')
  return errors
}

function leadsSomewhere(fieldPath: string, schema: JsonSchemaProps): boolean {
  try {
    resolveFieldPath(fieldPath, schema)
    return true
  } catch (error) {
    if (error instanceof FieldPathError) return false
    throw error
  }
}

/** Of the rule and its message only one thing is said. */
function textErrors({ rule = '', message = '' }: ValidationRule, path: FieldPath): FieldError[] {
  const said = message.trim()
  if (rule.trim() === '') return [required(path.child('rule'), 'rule is not specified')]
  if (message !== '' && said === '') return [invalid(path.child('message'), message, 'message must be non-empty if specified')]
  if (hasLineBreaks(said)) return [invalid(path.child('message'), message, 'message must not contain line breaks')]
  if (hasLineBreaks(rule.trim()) && said === '')
    return [required(path.child('message'), 'message must be specified if rule contains line breaks')]
  return []
}
