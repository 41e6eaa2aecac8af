import { describe, expect, test } from '@jest/globals'
import { builtinSchemas, findResource, typeNameOfKind } from '@kubetape/api'
import type { KubeObject, ManagedFieldsEntry } from '@kubetape/apimachinery'
import { KindCompiler } from '../schema/compile-kind.ts'
import { FieldTrackers } from './field-tracker.ts'
import { managerOf } from './manager-name.ts'
import { equalButForTimes } from './managed-entries.ts'
import { resetFieldsOf } from './reset-fields.ts'
import { trackUpdate, type TrackedUpdate } from './track-update.ts'

const trackers = new FieldTrackers(builtinSchemas)
const kinds = new KindCompiler(builtinSchemas)

/** One object of a kind in a store: each write is decoded, tracked and stored as the server does it. */
class Tracked {
  readonly #type: string
  readonly #resource: { group: string; version: string; resource: string }
  #stored: KubeObject | undefined
  #now = 0

  constructor(group: string, version: string, kind: string, resource: string) {
    this.#type = typeNameOfKind({ group, version, kind })!
    this.#resource = { group, version, resource }
  }

  write(manager: string, body: object, rest: Partial<TrackedUpdate> = {}): ManagedFieldsEntry[] | undefined {
    const { object } = kinds.kind(this.#type).decode(body, 'Strict')
    const subresource = rest.subresource ?? ''
    const reset = resetFieldsOf(findResource(this.#resource)!, subresource)
    const time = new Date(1_700_000_000_000 + this.#now++ * 1000).toISOString().replace('.000', '')
    trackUpdate(object, {
      tracker: trackers.kind(this.#type),
      live: this.#stored,
      manager,
      apiVersion: 'v1',
      time,
      subresource,
      reset,
      ...rest,
    })
    object.metadata!.uid = 'u'
    kinds.kind(this.#type).complete(object)
    this.#stored = object
    return object.metadata!.managedFields
  }

  /** The fields of each manager. */
  fields(manager: string, body: object, rest: Partial<TrackedUpdate> = {}): Record<string, unknown> {
    return Object.fromEntries(
      (this.write(manager, body, rest) ?? []).map((entry) => [
        `${entry.manager}${entry.subresource ? `/${entry.subresource}` : ''}`,
        entry.fieldsV1,
      ]),
    )
  }
}

const configMap = (): Tracked => new Tracked('', 'v1', 'ConfigMap', 'configmaps')
const pod = (): Tracked => new Tracked('', 'v1', 'Pod', 'pods')

describe('trackUpdate() of a creation', () => {
  test('makes an entry of what was sent, without what the server owns', () => {
    const body = {
      metadata: { name: 'a', namespace: 'n', uid: 'u', resourceVersion: '1', labels: { made: 'here' }, finalizers: ['a/b'] },
      data: { a: '1' },
    }
    expect(configMap().write('m', body)).toEqual([
      {
        manager: 'm',
        operation: 'Update',
        apiVersion: 'v1',
        time: '2023-11-14T22:13:20Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { '.': {}, 'f:made': {} }, 'f:finalizers': { '.': {}, 'v:"a/b"': {} } },
          'f:data': { '.': {}, 'f:a': {} },
        },
      },
    ])
  })

  test('names items of lists by their keys, and takes atomic values as one', () => {
    const containers = [
      {
        name: 'c',
        image: 'x',
        ports: [{ containerPort: 80 }],
        args: ['a', 'b'],
        env: [{ name: 'E', valueFrom: { fieldRef: { fieldPath: 'x' } } }],
      },
    ]
    const body = {
      metadata: { name: 'p', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'o', uid: 'z' }] },
      spec: { containers, securityContext: {}, nodeSelector: { a: 'b' } },
    }
    expect(pod().fields('m', body)).toEqual({
      m: {
        'f:metadata': { 'f:ownerReferences': { '.': {}, 'k:{"uid":"z"}': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"c"}': {
              '.': {},
              'f:name': {},
              'f:image': {},
              'f:args': {},
              'f:resources': {},
              'f:env': { '.': {}, 'k:{"name":"E"}': { '.': {}, 'f:name': {}, 'f:valueFrom': { '.': {}, 'f:fieldRef': {} } } },
              'f:ports': { '.': {}, 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:protocol': {} } },
            },
          },
          'f:securityContext': {},
          'f:nodeSelector': {},
        },
      },
    })
  })

  test('counts an empty list that was sent where nothing would be null', () => {
    const role = new Tracked('rbac.authorization.k8s.io', 'v1', 'Role', 'roles')
    expect(role.fields('m', { metadata: { name: 'r' }, rules: [] })).toEqual({ m: { 'f:rules': {} } })
    expect(new Tracked('rbac.authorization.k8s.io', 'v1', 'Role', 'roles').write('m', { metadata: { name: 'r' } })).toBeUndefined()
  })

  test('leaves a status out that the creator cannot set', () => {
    expect(pod().fields('m', { spec: { nodeName: 'n' }, status: { phase: 'Running' } })).toEqual({ m: { 'f:spec': { 'f:nodeName': {} } } })
  })
})

describe('trackUpdate() of a later write', () => {
  test('gives what was changed to who changed it, and leaves the rest', () => {
    const object = configMap()
    object.write('one', { data: { a: '1', b: '1' } })
    expect(object.fields('two', { data: { a: '2', b: '1', c: '1' } })).toEqual({
      one: { 'f:data': { '.': {}, 'f:b': {} } },
      two: { 'f:data': { 'f:a': {}, 'f:c': {} } },
    })
  })

  test('takes what is gone from everybody, and an entry that owns nothing away', () => {
    const object = configMap()
    object.write('one', { data: { a: '1' } })
    object.write('two', { data: { a: '1', b: '1' } })
    expect(object.fields('three', { data: { a: '1' } })).toEqual({ one: { 'f:data': { '.': {}, 'f:a': {} } } })
    expect(object.write('three', { metadata: {} })).toBeUndefined()
  })

  test('keeps entries and times when nothing changed', () => {
    const object = configMap()
    const before = object.write('one', { data: { a: '1' } })
    expect(object.write('one', { data: { a: '1' } })).toEqual(before)
    expect(object.write('two', { data: { a: '1' } })).toEqual(before)
  })

  test('adds to the entry of the writer, with a new time', () => {
    const object = configMap()
    object.write('one', { data: { a: '1' } })
    expect(object.write('one', { data: { a: '1', b: '1' } })).toEqual([
      expect.objectContaining({ time: '2023-11-14T22:13:21Z', fieldsV1: { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} } } }),
    ])
  })

  test('has an entry of its own for each subresource and version', () => {
    const object = pod()
    const spec = { nodeName: 'n' }
    object.write('m', { spec })
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
    expect(object.fields('m', { spec: { nodeName: 'other' }, status }, { subresource: 'status' })).toEqual({
      m: { 'f:spec': { 'f:nodeName': {} } },
      'm/status': {
        'f:status': {
          'f:phase': {},
          'f:conditions': {
            '.': {},
            'k:{"type":"Ready"}': { '.': {}, 'f:type': {}, 'f:status': {}, 'f:lastProbeTime': {}, 'f:lastTransitionTime': {} },
          },
        },
      },
    })
    const map = configMap()
    map.write('m', { data: { a: '1' } })
    expect(map.write('m', { data: { a: '1', b: '1' } }, { apiVersion: 'v2' })?.map(({ apiVersion }) => apiVersion)).toEqual(['v1', 'v2'])
  })

  test('is not confused by the order of a list with keys, or by keys that come twice', () => {
    const object = pod()
    const [a, b] = [
      { name: 'a', image: 'x' },
      { name: 'b', image: 'x' },
    ]
    const before = object.write('one', { spec: { containers: [a, b, { ...b, image: 'y' }] } })
    expect(object.write('two', { spec: { containers: [b, { ...b, image: 'y' }, a] } })).toEqual(before)
  })

  test('orders entries: appliers first, then by time', () => {
    const object = configMap()
    const applied: ManagedFieldsEntry = {
      manager: 'z',
      operation: 'Apply',
      apiVersion: 'v1',
      time: '2030-01-01T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { 'f:z': {} } },
    }
    const own = object.write('b', { data: { z: '1', b: '1' } })!
    object.write('b', { metadata: { managedFields: [...own, applied] }, data: { z: '1', b: '1' } })
    expect(object.write('a', { data: { z: '1', b: '1', a: '1' } })?.map(({ manager }) => manager)).toEqual(['z', 'b', 'a'])
  })

  test('folds more than ten updaters, the oldest first', () => {
    const object = configMap()
    const data: Record<string, string> = {}
    let entries: ManagedFieldsEntry[] | undefined
    for (let at = 0; at < 13; at++) {
      data[`k${at}`] = '1'
      entries = object.write(`u${at}`, { data })
    }
    expect(entries?.map(({ manager }) => manager)).toEqual(['ancient-changes', 'u4', 'u5', 'u6', 'u7', 'u8', 'u9', 'u10', 'u11', 'u12'])
    expect(entries?.[0]?.fieldsV1).toEqual({ 'f:data': { '.': {}, 'f:k0': {}, 'f:k1': {}, 'f:k2': {}, 'f:k3': {} } })
  })
})

describe('trackUpdate() with managedFields sent', () => {
  const given: ManagedFieldsEntry = {
    manager: 'given',
    operation: 'Apply',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:data': { 'f:a': {} } },
  }

  test.each([
    ['an empty list', []],
    ['one empty entry', [{}]],
  ])('wipes them for %s, and starts no new ones', (_, managedFields) => {
    const object = configMap()
    object.write('one', { data: { a: '1' } })
    expect(object.write('one', { metadata: { managedFields }, data: { a: '1' } })).toBeUndefined()
    expect(object.write('one', { data: { a: '2' } })).toBeUndefined()
  })

  test('takes readable ones, and keeps its own instead of others', () => {
    const object = configMap()
    const before = object.write('one', { data: { a: '1' } })
    expect(object.write('one', { metadata: { managedFields: [{ ...given, operation: 'Wish' }] }, data: { a: '1' } })).toEqual(before)
    for (const fieldsV1 of [{ zz: {} }, { 'k:{': {} }, { 'k:1': {} }, { 'i:x': {} }, { 'f:a': 'text' }] as never[])
      expect(object.write('one', { metadata: { managedFields: [{ ...given, fieldsV1 }] }, data: { a: '1' } })).toEqual(before)
    expect(object.write('one', { metadata: { managedFields: [given] }, data: { a: '1' } })).toEqual([given])
  })

  test('does not take any through a subresource', () => {
    const object = pod()
    const before = object.write('one', { spec: { nodeName: 'n' } })
    expect(object.write('one', { metadata: { managedFields: [] }, spec: { nodeName: 'n' } }, { subresource: 'status' })).toEqual(before)
  })
})

describe('managerOf()', () => {
  test.each([
    ['named', 'kubectl/v1', 'named'],
    ['', 'kubectl/v1.31.0 (linux/amd64)', 'kubectl'],
    [undefined, 'Mozilla Firefox', 'Mozilla Firefox'],
    [undefined, 'a\u0007b/1', 'ab'],
    [undefined, 'a'.repeat(200), 'a'.repeat(128)],
    [undefined, '', 'unknown'],
    [undefined, undefined, 'unknown'],
  ])('answers for manager %j and agent %j', (fieldManager, userAgent, manager) => {
    expect(managerOf(fieldManager, userAgent)).toBe(manager)
  })
})

test('equalButForTimes() compares entries without their times', () => {
  const entry: ManagedFieldsEntry = { manager: 'm', operation: 'Update', time: '2024-01-01T00:00:00Z', fieldsV1: { 'f:a': {} } }
  expect(equalButForTimes([entry], [{ ...entry, time: '2025-01-01T00:00:00Z' }])).toBe(true)
  expect(equalButForTimes([entry], [{ ...entry, manager: 'n' }])).toBe(false)
  expect(equalButForTimes(undefined, [])).toBe(true)
})

test('FieldTracker.fieldsOf() has all fields of an object', () => {
  const tracker = trackers.kind(typeNameOfKind({ group: '', version: 'v1', kind: 'ConfigMap' })!)
  expect(tracker.fieldsOf({ kind: 'ConfigMap', metadata: { name: 'a', labels: { b: 'c' } }, data: { d: 'e' } })).toEqual({
    'f:metadata': { 'f:labels': { '.': {}, 'f:b': {} } },
    'f:data': { '.': {}, 'f:d': {} },
  })
})
