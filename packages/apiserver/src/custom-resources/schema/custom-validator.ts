import { type FieldError, FieldPath, invalid, type KubeObject } from '@kubetape/apimachinery'
import { Correlation } from './correlation.ts'
import type { CustomContext } from './custom-type.ts'
import { EmbeddedResources } from './embedded-resources.ts'
import { compileListTypes } from './list-types.ts'
import { RuleRun } from './rule-run.ts'
import { compileRuleTree, type RuleNode } from './rule-tree.ts'
import { type ScalePaths, scaleErrors } from './scale-values.ts'
import type { Structural } from './structural.ts'
import { ERRORS_MAX, ValidationRun } from './validation-run.ts'
import { type Check, compileCheck } from './value-validator.ts'

const BLOCKING: ReadonlySet<FieldError['type']> = new Set<FieldError['type']>([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

const NOT_CHECKED: FieldError = invalid(
  FieldPath.of('<nil>'),
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
)

/** What a validator must know of a version. */
export interface ValidatedVersion {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly scale?: ScalePaths | undefined
}

/** Validates custom resources of one version, in upstream's order: type, schema, numbers of replicas, embedded metadata, list types, rules. */
export class CustomValidator {
  readonly #version: ValidatedVersion
  readonly #apiVersion: string
  readonly #structural: Structural
  readonly #check: Check
  readonly #statusCheck: Check | undefined
  readonly #embedded: EmbeddedResources
  readonly #listTypes: ((value: unknown) => FieldError[]) | undefined
  readonly #rules: RuleNode | undefined

  constructor(version: ValidatedVersion, structural: Structural) {
    this.#version = version
    this.#apiVersion = `${version.group}/${version.version}`
    this.#structural = structural
    this.#check = compileCheck(structural.schema)
    const status = structural.properties.get('status')
    this.#statusCheck = status === undefined ? undefined : compileCheck(status.schema)
    this.#embedded = new EmbeddedResources(structural, false)
    this.#listTypes = compileListTypes(structural)
    this.#rules = compileRuleTree(structural)
  }

  validate(draft: Readonly<KubeObject>, context: CustomContext): FieldError[] {
    const ofType = this.#typeErrors(draft)
    if (ofType.length > 0) return ofType
    const errors = [
      ...checked(this.#check, draft, undefined, undefined),
      ...this.#scaleErrors(draft, 'both'),
      ...this.#embedded.validate(draft),
      ...(this.#listTypes?.(draft) ?? []),
    ]
    return bounded([...errors, ...this.#ruleErrors(errors, draft, undefined, undefined, context)])
  }

  validateUpdate(draft: Readonly<KubeObject>, old: Readonly<KubeObject>, context: CustomContext): FieldError[] {
    const ofType = this.#typeErrors(draft)
    if (ofType.length > 0) return ofType
    const correlation = this.#correlation(draft, old, context)
    const errors = [
      ...checked(this.#check, draft, undefined, correlation),
      ...this.#scaleErrors(draft, 'both'),
      ...this.#embedded.validate(draft),
      ...this.#listErrors(draft, old),
    ]
    return bounded([...errors, ...this.#ruleErrors(errors, draft, old, correlation, context)])
  }

  validateStatusUpdate(draft: Readonly<KubeObject>, old: Readonly<KubeObject>, context: CustomContext): FieldError[] {
    const ofType = this.#typeErrors(draft)
    if (ofType.length > 0) return ofType
    const { status } = draft
    const correlation = this.#correlation(draft, old, context)
    const errors = [
      ...(status === undefined || this.#statusCheck === undefined
        ? []
        : checked(this.#statusCheck, status, FieldPath.of('status'), correlation?.key('status'))),
      ...this.#scaleErrors(draft, 'status'),
      ...this.#listErrors(draft, old),
    ]
    return bounded([...errors, ...this.#ruleErrors(errors, draft, old, correlation, context)])
  }

  /** Rules are only judged where nothing keeps their values from being what the rules take them for. */
  #ruleErrors(
    errors: readonly FieldError[],
    draft: Readonly<KubeObject>,
    old: Readonly<KubeObject> | undefined,
    correlation: Correlation | undefined,
    context: CustomContext,
  ): FieldError[] {
    if (this.#rules === undefined) return []
    if (!draft.metadata?.name || errors.length > ERRORS_MAX || errors.some(({ type }) => BLOCKING.has(type))) return [NOT_CHECKED]
    const run = new RuleRun({ ratchets: context.gates.enabled('CRDValidationRatcheting'), warn: (text) => context.warn(text) })
    run.run(this.#rules, draft, old, correlation)
    return run.errors
  }

  #typeErrors({ kind, apiVersion }: Readonly<KubeObject>): FieldError[] {
    const errors: FieldError[] = []
    if (kind !== this.#version.kind) errors.push(invalid(FieldPath.of('kind'), kind ?? '', `must be ${this.#version.kind}`))
    if (apiVersion !== this.#apiVersion) errors.push(invalid(FieldPath.of('apiVersion'), apiVersion ?? '', `must be ${this.#apiVersion}`))
    return errors
  }

  #correlation(draft: unknown, old: unknown, { gates }: CustomContext): Correlation | undefined {
    return gates.enabled('CRDValidationRatcheting') ? new Correlation(draft, old, this.#structural) : undefined
  }

  #scaleErrors(draft: Readonly<KubeObject>, parts: 'both' | 'status'): FieldError[] {
    const { scale } = this.#version
    return scale === undefined ? [] : scaleErrors(draft, scale, parts)
  }

  /** What was wrong with lists before may stay so. */
  #listErrors(draft: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
    const errors = this.#listTypes?.(draft) ?? []
    return errors.length > 0 && this.#listTypes!(old).length > 0 ? [] : errors
  }
}

const MORE: FieldError = invalid(FieldPath.of('<nil>'), null, `there are more errors than the ${ERRORS_MAX} that are shown`)

function bounded(errors: FieldError[]): FieldError[] {
  return errors.length > ERRORS_MAX ? [...errors.slice(0, ERRORS_MAX), MORE] : errors
}

/** The errors of a value; those of what has not changed are only looked for where there are any. */
function checked(check: Check, value: unknown, base: FieldPath | undefined, correlation: Correlation | undefined): FieldError[] {
  const run = new ValidationRun(base)
  check(value, run, undefined)
  if (run.errors.length === 0 || correlation === undefined) return run.errors.map(({ error }) => error)
  const ratcheted = new ValidationRun(base)
  check(value, ratcheted, correlation)
  if (correlation.unchanged) return []
  return ratcheted.errors.map(({ error }) => error)
}
