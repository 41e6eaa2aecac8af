import { CelCompileError, type CelProgram, type CelType, compileCel } from '@kubetape/cel'
import type { JsonSchemaProps, ValidationRule } from './json-schema-props.ts'
import { FieldPathError, resolveFieldPath } from './rule-field-path.ts'

/** A rule that is ready to be evaluated, or why it is not; the messages are upstream's. */
export interface CompiledRule {
  readonly rule: ValidationRule
  /** Undefined where the rule is empty or does not compile. */
  readonly program: CelProgram | undefined
  readonly error: string | undefined
  readonly message: CelProgram | undefined
  readonly messageError: string | undefined
  /** It compares with the old value, so it is judged where there is one only, unless it says that it may be missing. */
  readonly usesOldSelf: boolean
  /** Where its errors are, below the value. */
  readonly fieldPath: string
}

/** Compiles the rules of a schema whose values have the type `self`. */
export function compileRules(schema: JsonSchemaProps, self: CelType): CompiledRule[] {
  return (schema['x-kubernetes-validations'] ?? []).map((rule) => compileRule(rule, schema, self))
}

function compileRule(rule: ValidationRule, schema: JsonSchemaProps, self: CelType): CompiledRule {
  const base = { rule, fieldPath: normalized(rule.fieldPath, schema) }
  const failed = (error: string | undefined): CompiledRule => {
    return { ...base, program: undefined, error, message: undefined, messageError: undefined, usesOldSelf: false }
  }
  if (rule.rule.trim() === '') return failed(undefined)
  const variables = { self, oldSelf: rule.optionalOldSelf === true ? ({ kind: 'optional', of: self } as const) : self }
  const program = compile(rule.rule, variables)
  if (typeof program === 'string') return failed(program)
  if (program.outputType.kind !== 'bool') return failed('cel expression must evaluate to a bool')
  const usesOldSelf = program.reads.has('oldSelf')
  const message = rule.messageExpression ? compileMessage(rule.messageExpression, variables) : undefined
  const isError = typeof message === 'string'
  return {
    ...base,
    program,
    error: undefined,
    message: isError ? undefined : message,
    messageError: isError ? message : undefined,
    usesOldSelf,
  }
}

function compileMessage(expression: string, variables: Readonly<Record<string, CelType>>): CelProgram | string {
  const program = compile(expression, variables)
  if (typeof program === 'string') return `messageExpression ${program}`
  return program.outputType.kind === 'string' ? program : 'messageExpression must evaluate to a string'
}

/** The program, or why there is none. */
function compile(expression: string, variables: Readonly<Record<string, CelType>>): CelProgram | string {
  try {
    return compileCel(expression, { variables })
  } catch (error) {
    if (error instanceof CelCompileError) return error.message
    throw error
  }
}

function normalized(fieldPath: string | undefined, schema: JsonSchemaProps): string {
  if (!fieldPath) return ''
  try {
    return resolveFieldPath(fieldPath, schema).path
  } catch (error) {
    if (error instanceof FieldPathError) return ''
    throw error
  }
}
