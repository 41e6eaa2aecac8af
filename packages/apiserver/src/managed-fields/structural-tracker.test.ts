import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import type { StructuralSchema } from './schema-shape.ts'
import { shapeErrors } from './shape-check.ts'
import { structuralTracker } from './structural-tracker.ts'

const text: StructuralSchema = { type: 'string' }

function withSpec(properties: Record<string, StructuralSchema>): StructuralSchema {
  return { type: 'object', properties: { spec: { type: 'object', properties }, status: { type: 'object' } } }
}

const object = (spec: unknown, rest: object = {}): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Gadget',
  metadata: { name: 'g', namespace: 'n', uid: 'u' },
  spec,
  ...rest,
})

/** The fields of `spec` that an applier of it comes to own. */
function owned(properties: Record<string, StructuralSchema>, spec: unknown): unknown {
  const set = structuralTracker(withSpec(properties)).fieldsOf(object(spec))
  return set['f:spec']
}

describe('structuralTracker()', () => {
  test('tells items of lists apart by keys, those with defaults included', () => {
    const ports: StructuralSchema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port', 'name'],
      items: { type: 'object', properties: { name: text, port: { type: 'integer', default: 80 }, value: text } },
    }
    expect(owned({ ports }, { ports: [{ name: 'x', port: 1, value: 'v' }, { name: 'x' }] })).toEqual({
      'f:ports': {
        'k:{"name":"x","port":1}': { '.': {}, 'f:name': {}, 'f:port': {}, 'f:value': {} },
        'k:{"name":"x","port":80}': { '.': {}, 'f:name': {} },
      },
    })
  })

  test('takes sets apart by value, atomic values and lists that say nothing as a whole', () => {
    const properties: Record<string, StructuralSchema> = {
      set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
      plain: { type: 'array', items: text },
      whole: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: text } },
      parts: { type: 'object', properties: { a: text } },
      map: { type: 'object', additionalProperties: text },
    }
    const spec = { set: ['a', 'b'], plain: ['p'], whole: { a: '1' }, parts: { a: '1' }, map: { k: 'v' } }
    expect(owned(properties, spec)).toEqual({
      'f:set': { 'v:"a"': {}, 'v:"b"': {} },
      'f:plain': {},
      'f:whole': {},
      'f:parts': { 'f:a': {} },
      'f:map': { 'f:k': {} },
    })
  })

  test('deduces what the schema leaves open: maps granular, lists atomic', () => {
    const any: StructuralSchema = { 'x-kubernetes-preserve-unknown-fields': true }
    const open: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: text } }
    const spec = { any: { a: { b: 1 }, l: [{ name: 'x' }] }, open: { known: 'k', more: { x: 1 } }, free: { y: { z: true } } }
    expect(owned({ any, open, free: { type: 'object' } }, spec)).toEqual({
      'f:any': { 'f:a': { '.': {}, 'f:b': {} }, 'f:l': {} },
      'f:open': { 'f:known': {}, 'f:more': { '.': {}, 'f:x': {} } },
      'f:free': { 'f:y': { '.': {}, 'f:z': {} } },
    })
  })

  test('deduces everything without a schema, but for what every object has', () => {
    const given = { ...object({ a: { b: 1 } }), metadata: { name: 'g', labels: { l: '1' }, finalizers: ['a/b'] } }
    expect(structuralTracker(undefined).fieldsOf(given)).toEqual({
      'f:metadata': { 'f:labels': { 'f:l': {} }, 'f:finalizers': { 'v:"a/b"': {} } },
      'f:spec': { '.': {}, 'f:a': { '.': {}, 'f:b': {} } },
    })
  })

  test('gives embedded resources the metadata that every object has', () => {
    const embedded: StructuralSchema = {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    }
    const inner = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', labels: { a: 'b' }, finalizers: ['x/y'] },
      spec: { nodeName: 'n' },
    }
    expect(owned({ embedded }, { embedded: inner })).toEqual({
      'f:embedded': {
        'f:apiVersion': {},
        'f:kind': {},
        'f:metadata': { 'f:name': {}, 'f:labels': { 'f:a': {} }, 'f:finalizers': { 'v:"x/y"': {} } },
        'f:spec': { '.': {}, 'f:nodeName': {} },
      },
    })
  })

  test('compares values as they are: empty and null ones are told from absent ones', () => {
    const tracker = structuralTracker(withSpec({ a: text, l: { type: 'array', items: text }, m: { type: 'object' } }))
    expect(tracker.compare(object({ a: '' }), object({ a: null, l: [], m: {} }))).toEqual({
      changed: { 'f:spec': { 'f:a': {}, 'f:l': {}, 'f:m': {} } },
      removed: {},
    })
    expect(tracker.compare(object({ a: '1' }), object({}), {})).toEqual({ changed: {}, removed: { 'f:spec': { 'f:a': {} } } })
    expect(tracker.compare(undefined, object({ a: '1' }, { status: { ok: true } }), { 'f:status': {} })).toEqual({
      changed: { 'f:spec': { '.': {}, 'f:a': {} } },
      removed: {},
    })
  })
})

describe('structuralTracker() of an object with an item that has no name', () => {
  const items: StructuralSchema = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: { type: 'object', properties: { name: text } },
  }

  test('tracks nothing, so that validation can refuse it', () => {
    const tracker = structuralTracker(withSpec({ items }))
    expect(tracker.compare(object({ items: [{ name: 'a' }] }), object({ items: [{}] }))).toEqual({ changed: {}, removed: {} })
    expect(tracker.fieldsOf(object({ items: [null] }))).toEqual({})
  })
})

describe('shapeErrors()', () => {
  const properties: Record<string, StructuralSchema> = {
    n: { type: 'integer' },
    s: text,
    b: { type: 'boolean' },
    either: { 'x-kubernetes-int-or-string': true },
    o: { type: 'object', properties: { x: text } },
    l: { type: 'array', items: { type: 'object', properties: { x: text } } },
    set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
    keyed: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', properties: { name: text } },
    },
  }
  const { shape } = structuralTracker(withSpec(properties))

  test.each<[unknown, string[]]>([
    [{ n: 1, s: 'x', b: true, either: 'x', o: {}, l: [], set: ['a'], keyed: [{ name: 'a' }] }, []],
    [{ n: null, s: null, o: null, l: null, set: null, keyed: null, either: 5 }, []],
    [{ n: 'x' }, ['.spec.n: expected numeric (int or float), got string']],
    [
      { s: { a: [1, 'b'] } },
      ['.spec.s: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":[]interface {}{1, "b"}}}'],
    ],
    [{ b: 1 }, ['.spec.b: expected boolean, got &{1}']],
    [{ o: ['x'] }, ['.spec.o: expected map, got &{[x]}']],
    [{ l: { a: 1 } }, ['.spec.l: expected list, got &{map[a:1]}']],
    [{ l: [{ x: 1 }] }, ['.spec.l[0].x: expected string, got &value.valueUnstructured{Value:1}']],
    [{ nope: 1, n: 1 }, ['.spec.nope: field not declared in schema']],
    [{ set: ['a', 'a'] }, ['.spec.set: duplicate entries for key [="a"]']],
    [{ set: [null] }, [".spec.set: element 0: associative list without keys has an element that's an explicit null"]],
    [{ keyed: [{ name: 'a' }, { name: 'a' }] }, ['.spec.keyed: duplicate entries for key [name="a"]']],
    [
      { keyed: [{}] },
      ['.spec.keyed: element 0: associative list with keys has an element that omits key field "name" (and doesn\'t have default value)'],
    ],
  ])('says of %j what upstream says', (spec, errors) => {
    expect(shapeErrors(shape, object(spec))).toEqual(errors)
  })
})
