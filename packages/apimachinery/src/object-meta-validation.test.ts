import { describe, expect, test } from '@jest/globals'
import { FieldPath } from './field-error.ts'
import type { ObjectMeta, OwnerReference } from './object-meta.ts'
import { validateFieldManager } from './managed-fields-validation.ts'
import { nameErrors } from './name-rule.ts'
import { type ObjectMetaRules, validateImmutable, validateObjectMeta, validateObjectMetaUpdate } from './object-meta-validation.ts'

const namespaced: ObjectMetaRules = { namespaced: true }
const create = (meta: ObjectMeta, rules: ObjectMetaRules = namespaced): string[] =>
  validateObjectMeta({ name: 'a', namespace: 'ns', ...meta }, rules).map((error) => `${error.field}: ${error.message}`)
const stored: ObjectMeta = {
  name: 'a',
  namespace: 'ns',
  uid: 'u',
  resourceVersion: '5',
  generation: 2,
  creationTimestamp: '2024-02-03T04:05:06Z',
}
const update = (meta: Partial<ObjectMeta>, old: ObjectMeta = stored): string[] =>
  validateObjectMetaUpdate({ ...old, ...meta }, old).map((error) => `${error.field}: ${error.message}`)
const owner = (more: Partial<OwnerReference> = {}): OwnerReference => ({ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u', ...more })

describe('validateObjectMeta()', () => {
  test('accepts complete metadata', () => {
    expect(
      create({
        labels: { 'example.com/a': 'b', c: '' },
        annotations: { 'Example.COM/x': 'any text\n' },
        ownerReferences: [owner({ controller: true }), owner({ apiVersion: 'apps/v1', kind: 'ReplicaSet' })],
        finalizers: ['example.com/hold', 'orphan'],
        managedFields: [{ manager: 'kubectl', operation: 'Apply', fieldsType: 'FieldsV1' }],
      }),
    ).toEqual([])
  })

  test('wants a name', () => {
    expect(create({ name: '' })).toEqual(['metadata.name: Required value: name or generateName is required'])
  })

  test('judges a generated name twice, by its prefix and as a whole', () => {
    const errors = create({ generateName: 'Gen', name: 'Genxxxxx' })
    expect(errors).toHaveLength(2)
    expect(errors[0]).toMatch(/^metadata\.generateName: Invalid value: "Gen": a lowercase RFC 1123 subdomain/)
    expect(errors[1]).toMatch(/^metadata\.name: Invalid value: "Genxxxxx": a lowercase/)
  })

  test('wants a namespace for namespaced kinds only', () => {
    expect(create({ namespace: '' })).toEqual(['metadata.namespace: Required value'])
    expect(create({ namespace: 'a.b' })).toEqual(['metadata.namespace: Invalid value: "a.b": must not contain dots'])
    expect(create({}, { namespaced: false })).toEqual(['metadata.namespace: Forbidden: not allowed on this type'])
  })

  test('refuses a negative generation', () => {
    expect(create({ generation: -1 })).toEqual(['metadata.generation: Invalid value: -1: must be greater than or equal to 0'])
  })

  test('reports labels and annotations at their map, values without their keys', () => {
    const errors = create({ labels: { 'a b': 'bad value!' }, annotations: { 'c d': '' } })
    expect(errors.map((error) => error.slice(0, 45))).toEqual([
      'metadata.labels: Invalid value: "a b": name p',
      'metadata.labels: Invalid value: "bad value!":',
      'metadata.annotations: Invalid value: "c d": n',
    ])
  })

  test('limits annotations to 256 KiB altogether, counted in bytes', () => {
    expect(create({ annotations: { a: 'x'.repeat(262143) } })).toEqual([])
    expect(create({ annotations: { a: 'x'.repeat(131072), b: 'ä'.repeat(65536) } })).toEqual([
      'metadata.annotations: Too long: must have at most 262144 bytes',
    ])
  })

  test('says everything that an owner reference lacks', () => {
    expect(create({ ownerReferences: [{ apiVersion: '', kind: '', name: '', uid: '' }] })).toEqual([
      'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
      'metadata.ownerReferences.kind: Invalid value: "": kind must not be empty',
      'metadata.ownerReferences.name: Invalid value: "": name must not be empty',
      'metadata.ownerReferences.uid: Invalid value: "": uid must not be empty',
    ])
    expect(create({ ownerReferences: [owner({ apiVersion: 'a/b/c' })] })).toEqual([
      'metadata.ownerReferences.apiVersion: Invalid value: "a/b/c": version must not be empty',
    ])
  })

  test('refuses an Event as owner', () => {
    expect(create({ ownerReferences: [owner({ kind: 'Event' })] })).toEqual([
      'metadata.ownerReferences: Invalid value: v1.OwnerReference{APIVersion:"v1", Kind:"Event", Name:"p", UID:"u", Controller:(*bool)(nil), BlockOwnerDeletion:(*bool)(nil)}: /v1, Kind=Event is disallowed from being an owner',
    ])
    expect(create({ ownerReferences: [owner({ kind: 'Event', apiVersion: 'events.k8s.io/v1' })] })).toEqual([])
  })

  test('allows one controller', () => {
    const [error] = create({ ownerReferences: [owner({ controller: true, name: 'p1' }), owner({ controller: true, name: 'p2' })] })
    expect(error).toMatch(
      /^metadata\.ownerReferences: Invalid value: \[\]v1\.OwnerReference\{v1\.OwnerReference\{.*Controller:\(\*bool\)\(0x[0-9a-f]+\)/,
    )
    expect(error).toMatch(/\}\}: Only one reference can have Controller set to true\. Found "true" in references for Pod\/p1 and Pod\/p2$/)
  })

  test('judges finalizers as the API server does for built-in kinds', () => {
    const finalizers = ['nodomain', 'UPPER.example.com/x', 'orphan', 'foregroundDeletion']
    const errors = create({ finalizers }, { namespaced: true, qualifiedFinalizers: true })
    expect(errors).toHaveLength(3)
    expect(errors[0]).toMatch(/^metadata\.finalizers: Invalid value: "UPPER\.example\.com\/x": prefix part a lowercase RFC 1123 subdomain/)
    expect(errors[1]).toBe(
      'metadata.finalizers: Invalid value: []string{"nodomain", "UPPER.example.com/x", "orphan", "foregroundDeletion"}: finalizer orphan and foregroundDeletion cannot be both set',
    )
    expect(errors[2]).toBe(
      'metadata.finalizers[0]: Invalid value: "nodomain": name is neither a standard finalizer name nor is it fully qualified',
    )
    expect(create({ finalizers: ['nodomain'] })).toEqual([])
  })

  test('judges managed fields', () => {
    const entry = { operation: 'Merge', fieldsType: 'Other', manager: 'a\u0007', subresource: 's'.repeat(257) }
    expect(create({ managedFields: [entry] as unknown as NonNullable<ObjectMeta['managedFields']> })).toEqual([
      'metadata.managedFields[0].operation: Invalid value: "Merge": must be `Apply` or `Update`',
      'metadata.managedFields[0].fieldsType: Invalid value: "Other": must be `FieldsV1`',
      'metadata.managedFields[0].manager: Invalid value: "a\\u0007": invalid character U+0007 (at position 1)',
      'metadata.managedFields[0].subresource: Too long: must have at most 256 bytes',
    ])
  })

  test('takes another rule for names and another place', () => {
    const rules: ObjectMetaRules = { namespaced: false, nameRule: 'path-segment', path: FieldPath.of('template').child('metadata') }
    expect(create({ name: 'a%b', namespace: '' }, rules)).toEqual(['template.metadata.name: Invalid value: "a%b": may not contain \'%\''])
  })
})

describe('validateObjectMetaUpdate()', () => {
  test('accepts changes of what may change', () => {
    expect(update({ labels: { a: 'b' }, generation: 3, finalizers: ['example.com/x'] })).toEqual([])
  })

  test('keeps what is immutable, in the order of the API server', () => {
    expect(
      update({
        name: 'b',
        namespace: 'other',
        uid: 'v',
        generation: 1,
        resourceVersion: '',
        creationTimestamp: '2024-02-03T04:05:07Z',
        deletionTimestamp: '2024-02-03T04:05:07Z',
        deletionGracePeriodSeconds: 3,
      }),
    ).toEqual([
      'metadata.resourceVersion: Invalid value: "": must be specified for an update',
      'metadata.generation: Invalid value: 1: must not be decremented',
      'metadata.name: Invalid value: "b": field is immutable',
      'metadata.namespace: Invalid value: "other": field is immutable',
      'metadata.uid: Invalid value: "v": field is immutable',
      'metadata.creationTimestamp: Invalid value: 2024-02-03 04:05:07 +0000 UTC: field is immutable',
      'metadata.deletionTimestamp: Invalid value: 2024-02-03 04:05:07 +0000 UTC: field is immutable',
      'metadata.deletionGracePeriodSeconds: Invalid value: 3: field is immutable',
    ])
  })

  test('refuses new finalizers while terminating, and no others', () => {
    const old = { ...stored, deletionTimestamp: '2024-02-03T04:05:06Z', finalizers: ['example.com/a', 'example.com/b'] }
    expect(update({ finalizers: ['example.com/b'] }, old)).toEqual([])
    expect(update({ finalizers: ['example.com/z', 'example.com/a', 'example.com/late', 'example.com/z'] }, old)).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/late", "example.com/z"}',
    ])
  })

  test('judges labels again', () => {
    expect(update({ labels: { a: '!' } })).toHaveLength(1)
  })
})

test('validateImmutable() takes absent and undefined for the same', () => {
  const path = FieldPath.of('spec')
  expect(validateImmutable({ a: 1 }, { a: 1, b: undefined }, path)).toEqual([])
  expect(validateImmutable({ a: 2 }, { a: 1 }, path)[0]?.message).toBe('Invalid value: {"a":2}: field is immutable')
  expect(validateImmutable({ a: 2 }, { a: 1 }, path, 'v1.X{}')[0]?.message).toBe('Invalid value: v1.X{}: field is immutable')
})

test('validateFieldManager() wants a short printable name', () => {
  expect(validateFieldManager('kubectl-créé 1')).toEqual([])
  expect(validateFieldManager('x'.repeat(129))[0]?.message).toBe('Too long: must have at most 128 bytes')
  expect(validateFieldManager('é\n')[0]?.message).toBe('Invalid value: "é\\n": invalid character U+000A (at position 2)')
})

describe('nameErrors()', () => {
  test('does not judge the character before a trailing dash of a prefix', () => {
    expect(nameErrors('subdomain', 'gen-', true)).toEqual([])
    expect(nameErrors('subdomain', 'gen.-', true)).toEqual([])
    expect(nameErrors('subdomain', 'gen.', true)).toHaveLength(1)
    expect(nameErrors('subdomain', 'gen-', false)).toHaveLength(1)
  })

  test('knows the usual formats and takes a function', () => {
    expect(nameErrors('label', 'a.b', false)).toEqual(['must not contain dots'])
    expect(nameErrors('dns1035-label', '1', false)).toHaveLength(1)
    expect(nameErrors('path-segment', '..', true)).toEqual([])
    expect(nameErrors((name, asPrefix) => [`${name} ${asPrefix}`], 'x', true)).toEqual(['x true'])
  })
})
