import { deepEqual, isJsonObject, type JsonObject, printExactJson, tooMany } from '@kubetape/apimachinery'
import type { Correlation } from './correlation.ts'
import { printGoFloat } from './go-literal.ts'
import { additionalSchema, itemSchema, type JsonSchemaProps } from './json-schema-props.ts'
import { combinedCheck } from './combined-check.ts'
import { isInteger, isMultiple, isNumberValue, limitFor, type NumberValue } from './number-value.ts'
import { compilePattern } from './pattern.ts'
import { stringFormat } from './string-formats.ts'
import type { ValidationRun } from './validation-run.ts'

/**
 * Validates one value; what it finds goes to the run. With a correlation, what is wrong with a value that has not changed is forgiven (ratcheting); the
 * correlation is that of the value, or of the value around a schema that is combined with others.
 */
export type Check = (value: unknown, run: ValidationRun, correlation: Correlation | undefined) => void

/** Compiles what a schema demands of values, in upstream's order: type, combined schemas, string, number, list, enumeration, object. */
export function compileCheck(schema: JsonSchemaProps): Check {
  const ofType = typeCheck(schema)
  const combined = combinedCheck(schema)
  const ofString = stringCheck(schema)
  const ofNumber = numberCheck(schema)
  const ofList = listCheck(schema)
  const ofEnum = enumCheck(schema)
  const ofObject = objectCheck(schema)
  return (value, run, correlation) => {
    ofType?.(value, run, correlation)
    if (value === null) {
      ofEnum?.(value, run, correlation)
      return
    }
    combined?.(value, run, correlation)
    if (typeof value === 'string') ofString?.(value, run)
    else if (isNumberValue(value)) ofNumber?.(value, run)
    else if (Array.isArray(value)) ofList?.(value, run, correlation)
    ofEnum?.(value, run, correlation)
    if (isJsonObject(value)) ofObject?.(value, run, correlation)
    run.passed++
  }
}

/** What upstream calls the type of a value, and its format. */
function typeOf(value: unknown): { type: string; format: string } {
  if (isNumberValue(value)) return isInteger(value) ? { type: 'integer', format: 'int64' } : { type: 'number', format: 'float64' }
  if (Array.isArray(value)) return { type: 'array', format: '' }
  return { type: typeof value, format: '' }
}

function typeCheck(schema: JsonSchemaProps): Check | undefined {
  const types = schema['x-kubernetes-int-or-string'] ? ['integer', 'string'] : schema.type ? [schema.type] : []
  const format = stringFormat(schema.format) === undefined ? '' : schema.format!
  if (types.length === 0 && format === '') return undefined
  const expected = types.join(',')
  const isNumeric = types.includes('number') || types.includes('integer')
  return (value, run) => {
    if (value === null) {
      if (types.length > 0 && !schema.nullable) run.typeInvalid(expected, 'null')
      return
    }
    const got = typeOf(value)
    const fits = types.includes(got.type) || (got.type === 'integer' && types.includes('number'))
    if (!fits && format !== '') {
      if (typeof value !== 'string' && !Array.isArray(value)) return run.typeInvalid(format, got.format)
      if (!isNumeric) return
    }
    if (!fits) run.typeInvalid(expected, got.type)
    else run.passed += 2
  }
}

function stringCheck({
  maxLength,
  minLength,
  pattern,
  format,
}: JsonSchemaProps): ((value: string, run: ValidationRun) => void) | undefined {
  const matches = pattern ? compilePattern(pattern) : undefined
  const hasFormat = stringFormat(format)
  if (maxLength === undefined && minLength === undefined && matches === undefined && hasFormat === undefined) return undefined
  const problem = (value: string, run: ValidationRun): void => {
    if (maxLength !== undefined && value.length > maxLength && runes(value) > maxLength) return tooLongValue(run, maxLength)
    if (minLength !== undefined && runes(value) < minLength) return run.invalid(value, `should be at least ${minLength} chars long`)
    if (matches !== undefined && !matches(value)) return run.invalid(value, `should match '${pattern}'`)
    run.passed++
  }
  return (value, run) => {
    problem(value, run)
    if (hasFormat !== undefined && !hasFormat(value)) run.typeInvalid(format!, value)
  }
}

/** The length in characters; only surrogates make it less than that in code units. */
function runes(value: string): number {
  let count = value.length
  for (let at = 0; at < value.length - 1; at++) {
    const code = value.charCodeAt(at)
    if (code >= 0xd800 && code <= 0xdbff) {
      const next = value.charCodeAt(at + 1)
      if (next >= 0xdc00 && next <= 0xdfff) count--
    }
  }
  return count
}

function tooLongValue(run: ValidationRun, max: number): void {
  run.found(`${run.path} should be at most ${max} chars long`, (path) => ({
    type: 'FieldValueTooLong',
    field: path.toString(),
    message: `Too long: may not be longer than ${max}`,
  }))
}

function numberCheck(schema: JsonSchemaProps): ((value: NumberValue, run: ValidationRun) => void) | undefined {
  const { multipleOf, minimum, maximum, exclusiveMinimum = false, exclusiveMaximum = false } = schema
  if (multipleOf === undefined && minimum === undefined && maximum === undefined) return undefined
  const printed = (value: NumberValue, limit: number): string => (isInteger(value) ? String(Math.trunc(limit)) : printGoFloat(limit))
  return (value, run) => {
    if (multipleOf !== undefined && !isMultiple(value, multipleOf))
      run.invalid(value, `should be a multiple of ${printed(value, multipleOf)}`)
    if (minimum !== undefined) {
      const low = limitFor(value, minimum)
      if (exclusiveMinimum ? value <= low : value < low)
        run.invalid(value, `should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${printed(value, minimum)}`)
    }
    if (maximum !== undefined) {
      const high = limitFor(value, maximum)
      if (exclusiveMaximum ? value >= high : value > high)
        run.invalid(value, `should be less than ${exclusiveMaximum ? '' : 'or equal to '}${printed(value, maximum)}`)
    }
    run.passed++
  }
}

function listCheck(
  schema: JsonSchemaProps,
): ((list: readonly unknown[], run: ValidationRun, correlation: Correlation | undefined) => void) | undefined {
  const items = itemSchema(schema)
  const check = items === undefined ? undefined : compileCheck(items)
  const { minItems, maxItems } = schema
  if (check === undefined && minItems === undefined && maxItems === undefined) return undefined
  return (list, run, correlation) => {
    if (check !== undefined) {
      for (let at = 0; at < list.length; at++) {
        run.enter(at)
        checkPart(check, list[at], run, correlation?.index(at))
        run.leave()
      }
    }
    if (minItems !== undefined && list.length < minItems) run.invalid(list.length, `should have at least ${minItems} items`)
    if (maxItems !== undefined && list.length > maxItems) run.tooMany('items', list.length, maxItems)
    run.passed++
  }
}

/** Checks a part of a value; with its own correlation it is forgiven when it has not changed. */
function checkPart(check: Check, value: unknown, run: ValidationRun, correlation: Correlation | undefined): void {
  if (correlation === undefined) return check(value, run, undefined)
  const { errors } = run
  run.errors = []
  check(value, run, correlation)
  const found = run.errors
  run.errors = errors
  if (found.length > 0 && !correlation.unchanged) run.merge(found)
}

function enumCheck(schema: JsonSchemaProps): Check | undefined {
  const values = schema.enum ?? []
  if (values.length === 0) return undefined
  const texts = new Set(values.filter((one) => typeof one === 'string'))
  const others = values.filter((one) => typeof one !== 'string')
  const shown = values.map((one) => (typeof one === 'string' ? one : printExactJson(one)))
  return (value, run) => {
    if (value !== null && (typeof value === 'string' ? texts.has(value) : others.some((one) => isSame(value, one)))) run.passed++
    else run.notSupported(value, shown)
  }
}

/** As upstream converts before it compares: a float equals the integer that it becomes when its fraction is cut off. */
function isSame(value: unknown, allowed: unknown): boolean {
  if (typeof value === 'number' && typeof allowed === 'number' && Number.isSafeInteger(allowed)) return Math.trunc(value) === allowed
  return deepEqual(value, allowed)
}

function objectCheck(
  schema: JsonSchemaProps,
): ((object: Readonly<JsonObject>, run: ValidationRun, correlation: Correlation | undefined) => void) | undefined {
  const properties = new Map(Object.entries(schema.properties ?? {}).map(([name, property]) => [name, compileCheck(property)]))
  const values = additionalSchema(schema)
  const additional = values === undefined ? undefined : compileCheck(values)
  const forbids = schema.additionalProperties === false
  const { minProperties, maxProperties, required = [] } = schema
  const bounded = minProperties !== undefined || maxProperties !== undefined
  if (properties.size === 0 && additional === undefined && !forbids && !bounded && required.length === 0) return undefined
  return (object, run, correlation) => {
    if (bounded && !checkSize(Object.keys(object).length, minProperties, maxProperties, run)) return
    for (const name in object) {
      const check = properties.get(name) ?? additional
      if (check === undefined) {
        if (forbids) run.forbiddenProperty(name)
        continue
      }
      const isType = run.isRoot && (name === 'kind' || name === 'apiVersion')
      run.enter(name)
      checkPart(check, object[name], run, isType ? undefined : correlation?.key(name))
      run.leave()
    }
    for (const name of required) if (!Object.hasOwn(object, name)) run.required(name)
  }
}

function checkSize(size: number, min: number | undefined, max: number | undefined, run: ValidationRun): boolean {
  if (min !== undefined && size < min) run.invalid(size, `should have at least ${min} properties`)
  else if (max !== undefined && size > max) run.found(`${run.path} too many properties`, (path) => tooMany(path, size, max))
  else return true
  return false
}
