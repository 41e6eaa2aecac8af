import { describe, expect, test } from '@jest/globals'
import { FieldPath } from '@kubetape/apimachinery'
import type { JsonSchemaProps } from './json-schema-props.ts'
import { validateSchema } from './validate-schema.ts'

const object = (properties: Record<string, JsonSchemaProps>, rest: JsonSchemaProps = {}): JsonSchemaProps => ({
  type: 'object',
  properties,
  ...rest,
})

function causes(schema: JsonSchemaProps, hasStatus = false): string[] {
  return validateSchema(schema, FieldPath.of('schema'), { hasStatus, old: [] }).map(({ field, message }) => `${field}: ${message}`)
}

const prop = (a: JsonSchemaProps): JsonSchemaProps => object({ a })
const text: JsonSchemaProps = { type: 'string' }

describe('validateSchema()', () => {
  test.each<[string, JsonSchemaProps, string[]]>([
    ['no type', {}, ['schema.type: Required value: must not be empty at the root']],
    ['a root that is no object', text, ['schema.type: Invalid value: "string": must be object at the root']],
    [
      'an untyped property',
      object({ spec: { properties: { a: text } } }),
      ['schema.properties[spec].type: Required value: must not be empty for specified object fields'],
    ],
    [
      'an unknown type',
      prop({ type: 'colour' }),
      [
        'schema.properties[a].type: Unsupported value: "colour": supported values: "array", "boolean", "integer", "number", "object", "string"',
      ],
    ],
    ['a list without items', prop({ type: 'array' }), ['schema.properties[a].items: Required value: must be specified']],
    [
      'properties beside additional ones',
      prop(object({ b: text }, { additionalProperties: false })),
      ['schema.properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive'],
    ],
    [
      'a list of item schemas',
      prop({ type: 'array', items: [text] }),
      ['schema.properties[a].items: Forbidden: items must be a schema object and not an array'],
    ],
    [
      'alternatives with types',
      prop({ anyOf: [text, { type: 'integer' }] }),
      [
        'schema.properties[a].anyOf[0].type: Forbidden: must be empty to be structural',
        'schema.properties[a].anyOf[1].type: Forbidden: must be empty to be structural',
        'schema.properties[a].type: Required value: must not be empty for specified object fields',
      ],
    ],
    [
      'int-or-string that is preserved',
      prop({ 'x-kubernetes-int-or-string': true, 'x-kubernetes-preserve-unknown-fields': true }),
      [
        'schema.properties[a].x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true',
      ],
    ],
    [
      'int-or-string that says so twice',
      prop({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] }),
      [],
    ],
    [
      'a map list whose keys are optional or missing',
      prop({ type: 'array', items: object({ k: text }), 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k', 'z'] }),
      [
        'schema.properties[a].x-kubernetes-list-map-keys: Invalid value: []string{"k", "z"}: entries must all be names of item properties',
        'schema.properties[a].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
      ],
    ],
    [
      'a set of granular objects',
      prop({ type: 'array', items: object({}), 'x-kubernetes-list-type': 'set' }),
      [
        'schema.properties[a].items.x-kubernetes-map-type: Invalid value: "null": must be atomic as item of a list with x-kubernetes-list-type=set',
      ],
    ],
    [
      'defaults that are not valid',
      prop(object({ i: { type: 'integer', default: 'text' }, s: { type: 'string', default: 'x', maxLength: 0 } })),
      [
        'schema.properties[a].properties[i].default: Invalid value: "string":  in body must be of type integer: "string"',
        'schema.properties[a].properties[s].default: Too long: may not be longer than 0',
      ],
    ],
    [
      'a default with an unknown field',
      prop(object({ b: text }, { default: { c: 1 } })),
      ['schema.properties[a].default: Invalid value: map[string]interface {}{"c":1}: must not have unknown fields'],
    ],
    [
      'a pattern that is none',
      prop({ type: 'string', pattern: '(' }),
      [
        'schema.properties[a].pattern: Invalid value: "(": must be a valid regular expression, but isn\'t: error parsing regexp: missing closing ): `(`',
      ],
    ],
    [
      'more about metadata than names',
      object({ metadata: object({ labels: { type: 'object' } }) }),
      [
        'schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
      ],
    ],
    ['names in metadata', object({ metadata: object({ name: { type: 'string', maxLength: 5 } }) }), []],
    ['a reference', prop({ $ref: '#/x' }), ['schema.properties[a].$ref: Forbidden: $ref is not supported']],
    [
      'an embedded resource that says nothing',
      prop(object({}, { 'x-kubernetes-embedded-resource': true })),
      [
        'schema.properties[a].properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ],
    ],
    [
      'a rule without a text and with an unknown reason',
      prop({ type: 'integer', 'x-kubernetes-validations': [{ rule: ' ', reason: 'Odd' }] }),
      [
        'schema.properties[a].x-kubernetes-validations[0].rule: Required value: rule is not specified',
        'schema.properties[a].x-kubernetes-validations[0].reason: Unsupported value: "Odd": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
      ],
    ],
  ])('refuses %s', (_, schema, expected) => {
    expect(causes(schema)).toEqual(expected)
  })

  test('limits the root beside a status subresource', () => {
    expect(causes({ type: 'object', maxProperties: 3 }, true)).toHaveLength(1)
    expect(causes({ type: 'object', maxProperties: 3 })).toEqual([])
  })

  test('leaves alone what a stored definition breaks already', () => {
    const schema = prop({ type: 'colour' })
    expect(validateSchema(schema, FieldPath.of('schema'), { hasStatus: false, old: [schema] })).toEqual([])
  })
})
