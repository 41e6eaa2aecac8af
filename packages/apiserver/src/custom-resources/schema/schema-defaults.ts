import { cloneJson, type FieldError, type FieldPath, invalid } from '@kubetape/apimachinery'
import { valueCoercion } from './coercion.ts'
import { EmbeddedResources } from './embedded-resources.ts'
import { printFieldValue } from './go-literal.ts'
import { RuleRun } from './rule-run.ts'
import { compileRuleTree } from './rule-tree.ts'
import type { Structural } from './structural.ts'
import { type Finding, ValidationRun } from './validation-run.ts'
import { compileCheck } from './value-validator.ts'

/** Puts a default of metadata into a resource that has nothing else, so that it can be judged as metadata. */
type Surround = (value: unknown) => unknown

/**
 * Defaults that have unknown fields, are no resources where they should be, are not valid under their own schema, or break its rules, as a new value
 * and as one that stays. `requirePruned`: none may have unknown fields.
 */
export function defaultErrors(schema: Structural, path: FieldPath, requirePruned: boolean): FieldError[] {
  const errors: FieldError[] = []
  const rules = new RuleRun({ ratchets: true, warn: () => undefined })
  check({ ...schema, embedded: true }, path, { surround: undefined, resource: schema, requirePruned, rules }, errors)
  return errors
}

interface DefaultPlace {
  /** Undefined outside of metadata. */
  readonly surround: Surround | undefined
  /** The schema of the resource around. */
  readonly resource: Structural
  readonly requirePruned: boolean
  /** Judges rules about all defaults within one budget. */
  readonly rules: RuleRun
}

const META_FIELDS: ReadonlySet<string> = new Set(['metadata', 'apiVersion', 'kind'])

function check(node: Structural, path: FieldPath, given: DefaultPlace, errors: FieldError[]): void {
  const place: DefaultPlace = node.embedded ? { ...given, surround: undefined, resource: node } : given
  if (node.default !== undefined) {
    errors.push(
      ...(place.surround === undefined
        ? plainErrors(node, path.child('default'), place)
        : metadataErrors(node, path.child('default'), place, place.surround)),
    )
  }
  // Defaults below additionalProperties are not filled in.
  const within = (step: (value: unknown) => unknown): DefaultPlace =>
    place.surround === undefined ? place : { ...place, surround: (value) => place.surround!(step(value)) }
  if (node.items !== undefined)
    check(
      node.items,
      path.child('items'),
      within((value) => [value]),
      errors,
    )
  for (const [name, property] of node.properties) {
    const isMeta = node.embedded && META_FIELDS.has(name)
    const inner = isMeta
      ? { ...place, surround: (value: unknown) => ({ ...RESOURCE, [name]: value }) }
      : within((value) => ({ [name]: value }))
    check(property, path.child('properties').key(name), inner, errors)
  }
}

const RESOURCE = Object.freeze({ apiVersion: 'validation/v1', kind: 'Validation' })

function plainErrors(node: Structural, path: FieldPath, { requirePruned, rules }: DefaultPlace): FieldError[] {
  const errors: FieldError[] = []
  if (requirePruned && !isPruned(node)) errors.push(invalid(path, '', 'must not have unknown fields', printFieldValue(node.default)))
  const value = cloneJson(node.default)
  const resources = new EmbeddedResources(node, node.embedded)
  const refused = resources.coerce(value, {})
  if (refused !== undefined) return [...errors, { ...refused, field: joined(path, refused.field) }]
  const ofResources = resources.validate(value, path.toString())
  return [...errors, ...(ofResources.length > 0 ? ofResources : valueErrors(node, path, rules))]
}

function metadataErrors(node: Structural, path: FieldPath, { resource, rules }: DefaultPlace, surround: Surround): FieldError[] {
  const value = surround(cloneJson(node.default))
  const resources = new EmbeddedResources(resource, true)
  const refused = resources.coerce(value, {})
  const found = refused === undefined ? resources.validate(value) : [refused]
  if (found.length === 0) return valueErrors(node, path, rules)
  const texts = found.map(({ field, message }) => `${field}: ${message}`)
  const said = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
  return [invalid(path, '', `must result in valid metadata: ${said}`, printFieldValue(node.default))]
}

/** Whether nothing of a default is unknown to its schema; nulls and inner defaults do not matter. */
function isPruned(node: Structural): boolean {
  const unknown: string[] = []
  valueCoercion(node)(cloneJson(node.default), '', { changed: false, unknown })
  return unknown.length === 0
}

function valueErrors(node: Structural, path: FieldPath, rules: RuleRun): FieldError[] {
  const run = new ValidationRun(path)
  compileCheck(node.schema)(node.default, run, undefined)
  const tree = run.errors.length > 0 ? undefined : compileRuleTree(node, node.embedded)
  if (tree === undefined) return run.errors.map(({ error }: Finding) => error)
  const before = rules.errors.length
  rules.run(tree, node.default, node.default, undefined, path)
  // Rules that may do without an old value must hold without one too.
  if (rules.errors.length === before) rules.run(tree, node.default, undefined, undefined, path)
  return rules.errors.slice(before)
}

const joined = (path: FieldPath, field: string): string =>
  field.startsWith('[') ? `${path.toString()}${field}` : `${path.toString()}.${field}`
