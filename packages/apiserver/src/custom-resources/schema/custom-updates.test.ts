import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { customType, type CustomType } from './custom-type.ts'
import type { JsonSchemaProps } from './json-schema-props.ts'

const object = (properties: Record<string, JsonSchemaProps>, rest: JsonSchemaProps = {}): JsonSchemaProps => ({
  type: 'object',
  properties,
  ...rest,
})

function typeOf(properties: Record<string, JsonSchemaProps>): CustomType {
  return customType({
    group: 'grp.example.com',
    version: 'v1',
    kind: 'Gadget',
    schema: object(properties),
    preserveUnknownFields: false,
    namespaced: true,
    hasStatus: true,
    scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' },
  })
}

const context = { gates: { enabled: () => true }, warn: () => undefined }
const gadget = (parts: Record<string, unknown>): KubeObject => ({
  apiVersion: 'grp.example.com/v1',
  kind: 'Gadget',
  metadata: { name: 'x' },
  ...parts,
})
const said = (errors: readonly { field: string; message: string }[]): string[] => errors.map(({ field, message }) => `${field}: ${message}`)

const open: JsonSchemaProps = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

describe('customType().validateStatusUpdate()', () => {
  const type = typeOf({
    spec: object({ a: { type: 'string', maxLength: 1 } }),
    status: object({
      phase: { type: 'string', minLength: 2 },
      set: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    }),
  })

  test('judges the status alone, in words that begin there', () => {
    const old = gadget({ spec: { a: 'long' } })
    expect(said(type.validateStatusUpdate(gadget({ spec: { a: 'long' }, status: { phase: 'x' } }), old, context))).toEqual([
      'status.phase: Invalid value: "x": phase in body should be at least 2 chars long',
    ])
    expect(said(type.validateStatusUpdate(gadget({ spec: { a: 'long' }, status: 5 }), old, context))).toContain(
      'status: Invalid value: "integer":  in body must be of type object: "integer"',
    )
  })

  test('forgives what was wrong before', () => {
    const old = gadget({ status: { phase: 'x', set: ['a', 'a'] } })
    expect(said(type.validateStatusUpdate(gadget({ status: { phase: 'x', set: ['b', 'b'] } }), old, context))).toEqual([])
  })
})

describe('customType().validate()', () => {
  test.each<[Record<string, unknown>, string[]]>([
    [{ spec: { replicas: 3 }, status: { replicas: 2, selector: 'a=b' } }, []],
    [{ spec: { replicas: -1 } }, ['.spec.replicas: Invalid value: -1: should be a non-negative integer']],
    [{ spec: { replicas: 2147483648 } }, ['.spec.replicas: Invalid value: 2147483648: should be less than or equal to 2147483647']],
    [
      { spec: { replicas: 'x' } },
      ['.spec.replicas: Invalid value: 0: .spec.replicas accessor error: x is of the type string, expected int64'],
    ],
    [
      { status: { selector: 5 } },
      ['.status.selector: Invalid value: "": .status.selector accessor error: 5 is of the type int64, expected string'],
    ],
  ])('judges the numbers that scaling shows: %j', (parts, expected) => {
    expect(said(typeOf({ spec: open, status: open }).validate(gadget(parts), context))).toEqual(expected)
  })

  test('refuses another kind before anything else', () => {
    expect(said(typeOf({ spec: { type: 'string' } }).validate({ ...gadget({ spec: 5 }), kind: 'Other' }, context))).toEqual([
      'kind: Invalid value: "Other": must be Gadget',
    ])
  })

  test('looks into embedded resources', () => {
    const template: JsonSchemaProps = { ...open, 'x-kubernetes-embedded-resource': true }
    const type = typeOf({ spec: object({ one: template, many: { type: 'array', items: template } }) })
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'Any/Name' } }
    expect(
      said(type.validate(gadget({ spec: { one: { apiVersion: 'a/b/c', kind: '' }, many: [pod, { ...pod, metadata: {} }] } }), context)),
    ).toEqual([
      'spec.one.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
      'spec.one.kind: Required value: must not be empty',
      `spec.many[0].metadata.name: Invalid value: "Any/Name": may not contain '/'`,
    ])
  })
})

describe('customType().refresh()', () => {
  test('brings what was stored into the schema, and says whether it had to', () => {
    const type = typeOf({ spec: object({ kept: { type: 'string' }, late: { type: 'string', default: 'late' }, null: { type: 'string' } }) })
    const stored = gadget({ spec: { kept: 'k', gone: 1, null: null } })
    stored.metadata = { name: 'x', labels: 5 as unknown as Record<string, string>, annotations: { a: 'b' } }
    expect(type.refresh(stored)).toBe(true)
    expect(stored).toMatchObject({ metadata: { name: 'x', annotations: { a: 'b' }, generation: 1 }, spec: { kept: 'k', late: 'late' } })
    expect(stored.metadata).not.toHaveProperty('labels')
    expect(stored['spec']).not.toHaveProperty('gone')
    expect(type.refresh(stored)).toBe(false)
  })
})
