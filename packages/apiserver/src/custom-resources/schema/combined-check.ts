import type { Correlation } from './correlation.ts'
import type { JsonSchemaProps } from './json-schema-props.ts'
import type { Finding, ValidationRun } from './validation-run.ts'
import { type Check, compileCheck } from './value-validator.ts'

/** What one of several schemas said of a value. */
interface Outcome {
  readonly errors: readonly Finding[]
  readonly passed: number
}

/** The check of `anyOf`, `oneOf`, `allOf` and `not`; undefined where a schema has none of them. */
export function combinedCheck(schema: JsonSchemaProps): Check | undefined {
  const checks = [
    anyCheck((schema.anyOf ?? []).map(compileCheck)),
    oneCheck((schema.oneOf ?? []).map(compileCheck)),
    allCheck((schema.allOf ?? []).map(compileCheck)),
    schema.not === undefined ? undefined : notCheck(compileCheck(schema.not)),
  ].filter((one) => one !== undefined)
  if (checks.length === 0) return undefined
  return (value, run, correlation) => {
    for (const check of checks) check(value, run, correlation)
    run.passed++
  }
}

/** Tries a schema without noting what it finds. */
function attempt(check: Check, value: unknown, run: ValidationRun, correlation: Correlation | undefined): Outcome {
  const { errors, passed } = run
  run.errors = []
  run.passed = 0
  check(value, run, correlation)
  const outcome: Outcome = { errors: run.errors, passed: run.passed }
  run.errors = errors
  run.passed = passed
  return outcome
}

function anyCheck(checks: readonly Check[]): Check | undefined {
  if (checks.length === 0) return undefined
  return (value, run, correlation) => {
    let best: Outcome | undefined
    for (const check of checks) {
      const outcome = attempt(check, value, run, correlation)
      if (outcome.errors.length === 0) {
        run.passed += outcome.passed
        return
      }
      if (best === undefined || outcome.passed > best.passed) best = outcome
    }
    run.unplaced('must validate at least one schema (anyOf)')
    add(run, best!)
  }
}

function oneCheck(checks: readonly Check[]): Check | undefined {
  if (checks.length === 0) return undefined
  return (value, run, correlation) => {
    let best: Outcome | undefined
    let first: Outcome | undefined
    let valid = 0
    for (const check of checks) {
      const outcome = attempt(check, value, run, correlation)
      if (outcome.errors.length === 0) {
        valid++
        first ??= outcome
        best = undefined
      } else if (valid === 0 && (best === undefined || outcome.passed > best.passed)) best = outcome
    }
    if (valid === 1) {
      run.passed += first!.passed
      return
    }
    run.unplaced(`must validate one and only one schema (oneOf). ${valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`}`)
    if (best !== undefined) add(run, best)
  }
}

function allCheck(checks: readonly Check[]): Check | undefined {
  if (checks.length === 0) return undefined
  return (value, run, correlation) => {
    let valid = 0
    for (const check of checks) {
      const outcome = attempt(check, value, run, correlation)
      if (outcome.errors.length === 0) valid++
      add(run, outcome)
    }
    if (valid !== checks.length) run.unplaced(`must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`)
  }
}

function notCheck(check: Check): Check {
  return (value, run, correlation) => {
    if (attempt(check, value, run, correlation).errors.length === 0) run.unplaced('must not validate the schema (not)')
  }
}

function add(run: ValidationRun, { errors, passed }: Outcome): void {
  run.merge(errors)
  run.passed += passed
}
