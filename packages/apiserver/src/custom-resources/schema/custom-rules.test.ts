import { describe, expect, test } from '@jest/globals'
import { FieldPath, type KubeObject } from '@kubetape/apimachinery'
import { type CustomContext, customType, type CustomType } from './custom-type.ts'
import type { JsonSchemaProps } from './json-schema-props.ts'
import { validateSchema } from './validate-schema.ts'

const object = (properties: Record<string, JsonSchemaProps>, rest: JsonSchemaProps = {}): JsonSchemaProps => ({
  type: 'object',
  properties,
  ...rest,
})

function typeOf(spec: JsonSchemaProps): CustomType {
  return customType({
    group: 'grp.example.com',
    version: 'v1',
    kind: 'Gadget',
    schema: object({ spec }),
    preserveUnknownFields: false,
    namespaced: true,
    hasStatus: false,
  })
}

const gadget = (spec: unknown): KubeObject => ({ apiVersion: 'grp.example.com/v1', kind: 'Gadget', metadata: { name: 'x' }, spec })

class Judged implements CustomContext {
  readonly warnings: string[] = []
  readonly gates

  constructor(ratchets = true) {
    this.gates = { enabled: () => ratchets }
  }

  warn(text: string): void {
    this.warnings.push(text)
  }

  create(type: CustomType, spec: unknown): string[] {
    return type.validate(gadget(spec), this).map(({ field, message }) => `${field}: ${message}`)
  }

  update(type: CustomType, old: unknown, spec: unknown): string[] {
    return type.validateUpdate(gadget(spec), gadget(old), this).map(({ field, message }) => `${field}: ${message}`)
  }
}

const NOT_CHECKED =
  '<nil>: Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'

describe('customType() with rules', () => {
  const type = typeOf(
    object(
      {
        min: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self >= 0', message: 'must not be below zero' }] },
        max: { type: 'integer' },
        fixed: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'cannot be changed' }] },
        names: {
          type: 'array',
          maxItems: 5,
          items: { type: 'string', maxLength: 10 },
          'x-kubernetes-validations': [{ rule: 'self.all(x, x.startsWith("n"))' }],
        },
        once: {
          type: 'string',
          maxLength: 10,
          'x-kubernetes-validations': [
            { rule: '!oldSelf.hasValue() || self == oldSelf.value()', optionalOldSelf: true, message: 'set once' },
          ],
        },
      },
      {
        'x-kubernetes-validations': [
          {
            rule: '!has(self.min) || !has(self.max) || self.min <= self.max',
            messageExpression: 'self.min > 100 ? "min is far above max" : "min is above max"',
            fieldPath: '.max',
            reason: 'FieldValueForbidden',
          },
          { rule: 'has(self.fixed) == has(oldSelf.fixed)', message: 'fixed comes and goes with the object' },
        ],
      },
    ),
  )

  test.each<[unknown, string[]]>([
    [{ min: -1 }, ['spec.min: Invalid value: "integer": must not be below zero']],
    [{ min: 5, max: 3 }, ['spec.max: Forbidden: min is above max']],
    [{ min: 500, max: 3 }, ['spec.max: Forbidden: min is far above max']],
    [{ names: ['n1', 'm2'] }, ['spec.names: Invalid value: "array": failed rule: self.all(x, x.startsWith("n"))']],
    [{ min: 1, max: 3, fixed: 'f', names: ['n1'], once: 'o' }, []],
    [{ names: 5 }, ['spec.names: Invalid value: "integer": spec.names in body must be of type array: "integer"', NOT_CHECKED]],
  ])('judges a new %j', (spec, expected) => {
    expect(new Judged().create(type, spec)).toEqual(expected)
  })

  test('judges changes', () => {
    const old = { min: 1, max: 3, fixed: 'f', once: 'o' }
    const judged = new Judged()
    expect(judged.update(type, old, { ...old, fixed: 'g' })).toEqual(['spec.fixed: Invalid value: "string": cannot be changed'])
    expect(judged.update(type, old, { min: 1, max: 3, once: 'o' })).toEqual([
      'spec: Invalid value: "object": fixed comes and goes with the object',
    ])
    expect(judged.update(type, old, { ...old, once: 'p' })).toEqual(['spec.once: Invalid value: "string": set once'])
    expect(judged.update(type, old, { ...old, min: 3 })).toEqual([])
  })

  test('gives up when the budget of an object is spent', () => {
    const costly = typeOf(
      object({
        list: {
          type: 'array',
          items: {
            type: 'string',
            'x-kubernetes-validations': [
              { rule: 'self.matches("(a|aa)+b") || [1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, a * b > 0))' },
            ],
          },
        },
      }),
    )
    const found = new Judged().create(costly, { list: new Array(90_000).fill('a') })
    expect(found.at(-1)).toMatch(/validation failed due to running out of cost budget, no further validation rules will be run$/)
  })
})

describe('customType().validateUpdate() with ratcheting', () => {
  const item = object({ k: { type: 'string' }, v: { type: 'string', maxLength: 3 } }, { required: ['k'] })
  const type = typeOf(
    object({
      map: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], items: item },
      atomic: { type: 'array', 'x-kubernetes-list-type': 'atomic', items: item },
      plain: { type: 'string', maxLength: 3 },
      note: { type: 'string' },
    }),
  )
  const long = 'long enough'

  test.each<[unknown, unknown, string[]]>([
    [{ plain: long }, { plain: long, note: 'x' }, []],
    [{ plain: long }, { plain: `${long}!` }, ['spec.plain: Too long: may not be longer than 3']],
    [
      { map: [{ k: 'a', v: long }] },
      {
        map: [
          { k: 'b', v: 'ok' },
          { k: 'a', v: long },
        ],
      },
      [],
    ],
    [{ map: [{ k: 'a', v: long }] }, { map: [{ k: 'a', v: `${long}!` }] }, ['spec.map[0].v: Too long: may not be longer than 3']],
    [{ atomic: [{ k: 'a', v: long }] }, { atomic: [{ k: 'a', v: long }], note: 'x' }, []],
    [
      { atomic: [{ k: 'a', v: long }] },
      { atomic: [{ k: 'a', v: long }, { k: 'b' }] },
      ['spec.atomic[0].v: Too long: may not be longer than 3'],
    ],
  ])('forgives what has not changed: %j to %j', (old, spec, expected) => {
    expect(new Judged().update(type, old, spec)).toEqual(expected)
  })

  test('forgives nothing with its gate off', () => {
    expect(new Judged(false).update(type, { plain: long }, { plain: long, note: 'x' })).toEqual([
      'spec.plain: Too long: may not be longer than 3',
    ])
  })

  test('warns of rules that an unchanged value breaks', () => {
    const ruled = typeOf(
      object({
        ruled: {
          type: 'string',
          'x-kubernetes-validations': [
            { rule: 'self.size() < 4', message: 'too long' },
            { rule: 'self == oldSelf', message: 'fixed' },
          ],
        },
        note: { type: 'string' },
      }),
    )
    const judged = new Judged()
    expect(judged.update(ruled, { ruled: long }, { ruled: long, note: 'x' })).toEqual([])
    expect(judged.warnings).toEqual(['spec.ruled: Invalid value: "string": too long'])
    expect(judged.update(ruled, { ruled: long }, { ruled: `${long}!` })).toEqual([
      'spec.ruled: Invalid value: "string": too long',
      'spec.ruled: Invalid value: "string": fixed',
    ])
  })
})

describe('validateSchema() of rules', () => {
  const causes = (a: JsonSchemaProps): string[] =>
    validateSchema(object({ a }), FieldPath.of('schema'), { hasStatus: false, old: [] }).map(({ field, message }) => `${field}: ${message}`)

  test.each<[string, JsonSchemaProps, RegExp[]]>([
    [
      'no boolean',
      { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self + 1' }] },
      [
        /^schema.properties\[a\].x-kubernetes-validations\[0\].rule: Invalid value: apiextensions.ValidationRule\{.*\}: cel expression must evaluate to a bool$/,
      ],
    ],
    [
      'no expression',
      { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self >' }] },
      [/: compilation failed: ERROR: <input>:1:7: Syntax error: /],
    ],
    [
      'a message that is no text',
      { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 1', messageExpression: 'self' }] },
      [/messageExpression: Invalid value: .*: messageExpression must evaluate to a string$/],
    ],
    [
      'an old value that cannot be told',
      { type: 'array', items: { type: 'string', maxLength: 5, 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] }, maxItems: 5 },
      [/oldSelf cannot be used on the uncorrelatable portion of the schema within schema.properties\[a\]$/],
    ],
    [
      'an optional old value that is not used',
      { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 1', optionalOldSelf: true }] },
      [/optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule$/],
    ],
    [
      'a default that breaks it',
      { type: 'integer', default: 3, 'x-kubernetes-validations': [{ rule: 'self > 5', message: 'more than five' }] },
      [/^schema.properties\[a\].default: Invalid value: "integer": more than five$/],
    ],
    [
      'too high a cost',
      {
        type: 'array',
        items: { type: 'string' },
        'x-kubernetes-validations': [{ rule: 'self.all(x, self.all(y, x == y))' }],
      },
      [
        /rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x \(try simplifying the rule/,
        /rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema$/,
        /^schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x/,
      ],
    ],
  ])('refuses %s', (_, schema, expected) => {
    const found = causes(schema)
    expect(found).toHaveLength(expected.length)
    for (const [at, pattern] of expected.entries()) expect(found[at]).toMatch(pattern)
  })
})
