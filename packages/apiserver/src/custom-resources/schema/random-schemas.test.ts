import { describe, expect, test } from '@jest/globals'
import { cloneJson, deepEqual, FieldPath, type KubeObject, printExactJson, setMember, StatusError } from '@kubetape/apimachinery'
import { randomFloat, randomInt, seededRandom } from '@kubetape/determinism'
import { customType } from './custom-type.ts'
import type { JsonSchemaProps } from './json-schema-props.ts'
import { validateSchema } from './validate-schema.ts'

const SEEDS = 200
const OBJECTS = 8
const NAMES = ['a', 'b', 'spec', 'metadata', 'status', 'kind', '__proto__', 'constructor', 'x-y', 'a.b']
const TEXTS = ['', 'a', 'abc', '1', '2024-01-01', '1h', 'é😀', '1.2.3.4']
const NUMBERS = [0, 1, -1, 2.5, 1e21, 9007199254740993n, 3]
const RULES = [
  'self == oldSelf',
  'self.size() > 1',
  'has(self.a)',
  'self > 1',
  'self.all(x, x == 1)',
  'oldSelf.hasValue()',
  'self.',
  'true',
]

/** Makes schemas and values out of a seed: whatever comes may be refused, but never break anything. */
class Maker {
  readonly #random

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  pick<T>(list: readonly T[]): T {
    return list[randomInt(this.#random, list.length)]!
  }

  chance(part: number): boolean {
    return randomFloat(this.#random) < part
  }

  members<T>(make: () => T): Record<string, T> {
    const object: Record<string, T> = {}
    for (let count = randomInt(this.#random, 4); count > 0; count--) setMember(object, this.pick(NAMES), make())
    return object
  }

  value(depth: number): unknown {
    const kind = randomInt(this.#random, depth > 0 ? 7 : 4)
    if (kind === 0) return null
    if (kind === 1) return this.pick(NUMBERS)
    if (kind === 2) return this.pick(TEXTS)
    if (kind === 3) return this.chance(0.5)
    if (kind === 4) return Array.from({ length: randomInt(this.#random, 4) }, () => this.value(depth - 1))
    return this.members(() => this.value(depth - 1))
  }

  schema(depth: number): JsonSchemaProps {
    const type = this.pick(
      depth > 0 ? ['object', 'object', 'array', 'string', 'integer', 'number', 'boolean'] : ['string', 'integer', 'boolean'],
    )
    const schema: Record<string, unknown> = { type, ...this.#demands(depth) }
    if (type === 'object' && this.chance(0.8)) schema['properties'] = this.members(() => this.schema(depth - 1))
    else if (type === 'object') schema['additionalProperties'] = this.chance(0.8) ? this.schema(depth - 1) : true
    if (type === 'array') {
      schema['items'] = this.schema(depth - 1)
      if (this.chance(0.4)) schema['x-kubernetes-list-type'] = this.pick(['set', 'map', 'atomic'])
      if (schema['x-kubernetes-list-type'] === 'map') schema['x-kubernetes-list-map-keys'] = [this.pick(NAMES)]
    }
    return schema
  }

  #demands(depth: number): JsonSchemaProps {
    const possible: [string, () => unknown][] = [
      ['nullable', () => true],
      ['default', () => cloneJson(this.value(2))],
      ['enum', () => [this.value(1), 'a']],
      ['pattern', () => this.pick(['^a', '[a-z]+', '(a+)+$'])],
      ['format', () => this.pick(['date', 'ipv4', 'int32', 'byte', 'uri', 'duration'])],
      ['minimum', () => this.pick([0, 1, 2.5, -3])],
      ['multipleOf', () => this.pick([1, 2.5, 0.1])],
      ['maxLength', () => this.pick([0, 1, 5])],
      ['minItems', () => this.pick([0, 1, 2])],
      ['maxProperties', () => this.pick([0, 1, 2])],
      ['required', () => [this.pick(NAMES)]],
      ['oneOf', () => [{ required: [this.pick(NAMES)] }, { minLength: 2 }]],
      ['not', () => ({ enum: ['a'] })],
      ['x-kubernetes-preserve-unknown-fields', () => true],
      ['x-kubernetes-int-or-string', () => true],
      ['x-kubernetes-embedded-resource', () => depth > 0],
      ['x-kubernetes-validations', () => [{ rule: this.pick(RULES), ...(this.chance(0.3) ? { optionalOldSelf: true } : {}) }]],
    ]
    return Object.fromEntries(possible.filter(() => this.chance(0.07)).map(([name, make]) => [name, make()]))
  }
}

const context = { gates: { enabled: () => true }, warn: () => undefined }

describe('schemas and values that nobody thought of', () => {
  test('are refused or kept, and kept values stay as they are', () => {
    let kept = 0
    for (let seed = 1; seed <= SEEDS; seed++) {
      const maker = new Maker(seed)
      const schema: JsonSchemaProps = { ...maker.schema(3), type: 'object' }
      if (validateSchema(schema, FieldPath.of('schema'), { hasStatus: false, old: [] }).length > 0) continue
      const type = customType({
        group: 'grp.example.com',
        version: 'v1',
        kind: 'Gadget',
        schema,
        preserveUnknownFields: false,
        namespaced: true,
        hasStatus: false,
      })
      let old: KubeObject | undefined
      for (let at = 0; at < OBJECTS; at++) {
        const body = { ...maker.members(() => maker.value(3)), apiVersion: 'grp.example.com/v1', kind: 'Gadget', metadata: { name: 'x' } }
        const object = decoded(() => type.readText(printExactJson(body), maker.pick(['Strict', 'Warn', 'Ignore'])).object)
        if (object === undefined) continue
        const before = cloneJson(object)
        const errors = type.validate(object, context)
        if (old !== undefined) type.validateUpdate(object, old, context)
        expect(deepEqual(object, before)).toBe(true)
        type.schema.complete(object)
        const again = type.schema.decode(object, 'Ignore').object
        type.schema.complete(again)
        expect([seed, deepEqual(again, object)]).toEqual([seed, true])
        if (errors.length > 0) continue
        old = object
        kept++
      }
    }
    expect(kept).toBeGreaterThan(SEEDS / 2)
  }, 20_000)
})

/** What a body becomes; undefined where it is refused. */
function decoded(decode: () => KubeObject): KubeObject | undefined {
  try {
    return decode()
  } catch (error) {
    if (error instanceof StatusError) return undefined
    throw error
  }
}
