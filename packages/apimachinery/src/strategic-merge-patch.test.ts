import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { deepFreeze, type JsonObject } from './json-value.ts'
import { applyMergePatch } from './merge-patch.ts'
import { StatusError } from './status-error.ts'
import { applyStrategicMergePatch } from './strategic-merge-patch.ts'
import { SPEC, source } from './testing/patch-sample.ts'

const apply = (document: unknown, patch: unknown): unknown =>
  applyStrategicMergePatch<unknown>(deepFreeze(document), deepFreeze(patch), SPEC, source)
const refusal = (document: unknown, patch: unknown): StatusError => {
  try {
    apply(document, patch)
  } catch (error) {
    expect(error).toBeInstanceOf(StatusError)
    return error as StatusError
  }
  throw new Error('the patch was applied')
}

const a = {
  name: 'a',
  image: 'a:1',
  env: [
    { name: 'X', value: '1' },
    { name: 'Y', value: '2' },
  ],
  args: ['one', 'two'],
  ports: [{ containerPort: 80 }],
}
const b = { name: 'b', image: 'b:1' }
const spec = {
  containers: [a, b],
  volumes: [
    { name: 'v', emptyDir: {} },
    { name: 'w', configMap: { name: 'cm' } },
  ],
  nodeSelector: { zone: 'z' },
}

describe('applyStrategicMergePatch() on maps', () => {
  test('merges them and lets null take members out', () => {
    expect(apply({ nodeSelector: { a: '1', b: '2' } }, { nodeSelector: { b: null, c: '3', none: null } })).toEqual({
      nodeSelector: { a: '1', c: '3' },
    })
    expect(apply(spec, { volumes: null })).toEqual({ containers: [a, b], nodeSelector: { zone: 'z' } })
  })

  test('replaces or empties them at a directive', () => {
    expect(apply(spec, { nodeSelector: { $patch: 'replace', new: 'n' } })).toEqual({ ...spec, nodeSelector: { new: 'n' } })
    expect(apply(spec, { nodeSelector: { $patch: 'delete' } })).toEqual({ ...spec, nodeSelector: {} })
    expect(apply(spec, { $patch: 'replace', nodeSelector: { a: 'b' } })).toEqual({ nodeSelector: { a: 'b' } })
    expect(refusal(spec, { nodeSelector: { $patch: 'merge', a: '1' } }).message).toBe(
      'unknown patch type: merge in map: map[$patch:merge a:1]',
    )
  })

  test('replaces those whose strategy says so', () => {
    expect(apply({ selector: { a: '1' } }, { selector: { b: '2' } })).toEqual({ selector: { b: '2' } })
  })

  test('keeps only the members that $retainKeys lists', () => {
    expect(apply(spec, { volumes: [{ name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'x' } }] })).toEqual({
      ...spec,
      volumes: [{ name: 'v', configMap: { name: 'x' } }, spec.volumes[1]],
    })
    expect(apply({ strategy: { emptyDir: {}, name: 'n' } }, { strategy: { $retainKeys: ['name'], emptyDir: null } })).toEqual({
      strategy: { name: 'n' },
    })
  })

  test('takes over what is new or of another type, without nulls and directives', () => {
    expect(apply({}, { nodeSelector: { a: null, b: '1' }, free: { $patch: 'delete' } })).toEqual({ nodeSelector: { b: '1' } })
    expect(apply({ containers: [a] }, { containers: 'text' })).toEqual({ containers: 'text' })
    expect(
      apply(
        {},
        {
          containers: [
            { name: 'a', $patch: 'delete' },
            { name: 'b', free: { x: { $patch: 'replace' }, y: null } },
          ],
        },
      ),
    ).toEqual({
      containers: [{ name: 'b', free: {} }],
    })
    expect(apply({ nodeSelector: 'x' }, { nodeSelector: { $patch: 'delete' } })).toEqual({})
  })

  test('merges as a JSON merge where the schema knows nothing', () => {
    expect(apply({ free: { list: [{ name: 'a' }], map: { a: 1 } } }, { free: { list: [{ name: 'b' }], map: { b: 2 } } })).toEqual({
      free: { list: [{ name: 'b' }], map: { a: 1, b: 2 } },
    })
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean())
    const member = fc.oneof(
      scalar,
      fc.array(scalar),
      fc.constant(null),
      fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(scalar, fc.constant(null))),
    )
    const objects = fc.dictionary(fc.constantFrom('a', 'b', 'c'), member)
    fc.assert(
      fc.property(objects, objects, (document, patch) => {
        const strategic = applyStrategicMergePatch<JsonObject>(document, patch, undefined, source)
        expect(strategic).toEqual(applyMergePatch<JsonObject>(document, patch))
      }),
    )
  })

  test('refuses a field that the type does not have where it would be merged', () => {
    expect(refusal({ bogus: {} }, { bogus: {} }).message).toBe('unable to find api field in struct Spec for the json field "bogus"')
    expect(apply({}, { bogus: {} })).toEqual({ bogus: {} })
  })

  test('refuses what is no map, and takes null for no change', () => {
    expect(apply(spec, null)).toEqual(spec)
    expect(refusal(spec, []).status).toMatchObject({
      code: 400,
      message: 'json: cannot unmarshal array into Go value of type map[string]interface {}',
    })
  })

  test('does not let a member named __proto__ change a prototype', () => {
    const patch = JSON.parse('{"free": {"__proto__": {"polluted": 1}}}') as unknown
    for (const document of [{}, { free: {} }]) {
      const result = apply(document, patch) as { free: object }
      expect(Object.keys(result.free)).toEqual(['__proto__'])
    }
    expect(({} as JsonObject)['polluted']).toBeUndefined()
  })
})

test('applying a patch twice is applying it once', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd')
  const container = fc.record({ name, image: fc.constantFrom('1', '2'), args: fc.array(name) }, { requiredKeys: ['name'] })
  const containers = fc.uniqueArray(container, { selector: (one) => one.name })
  const objects = fc.record({ containers, metadata: fc.record({ finalizers: fc.uniqueArray(name) }) }, { requiredKeys: [] })
  fc.assert(
    fc.property(objects, objects, (document, patch) => {
      const once = apply(document, patch)
      expect(apply(once, patch)).toEqual(once)
    }),
  )
})
