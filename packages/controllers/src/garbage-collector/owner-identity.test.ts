import { describe, expect, test } from '@jest/globals'
import { ConfigMap, HorizontalPodAutoscaler, Job, Namespace, Event } from '@kubetape/api/kinds'
import type { Kind, OwnerReference } from '@kubetape/apimachinery'
import { isNowhere, keyOf, OwnerDirectory, type OwnerIdentity } from './owner-identity.ts'

const directory = new OwnerDirectory([ConfigMap, Job, Namespace, HorizontalPodAutoscaler, Event] as Kind[])
const reference = (rest: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: 'o',
  uid: 'u',
  ...rest,
})

describe('OwnerDirectory', () => {
  test('resolve() looks for a namespaced owner in the namespace of the dependent, for a cluster-scoped one in none', () => {
    expect(directory.resolve(reference(), 'ns')).toMatchObject({ kind: ConfigMap, namespace: 'ns', name: 'o', uid: 'u' })
    expect(directory.resolve(reference({ kind: 'Namespace' }), 'ns')).toMatchObject({ kind: Namespace, namespace: '' })
  })

  test('resolve() understands other versions of a watched resource', () => {
    expect(directory.resolve(reference({ apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler' }), 'ns')).toMatchObject({
      kind: HorizontalPodAutoscaler,
    })
  })

  test.each([{ apiVersion: 'v7' }, { apiVersion: 'nope.example.com/v1', kind: 'Nope' }, { apiVersion: 'a/b/c' }, { kind: 'Event' }])(
    'resolve() answers unresolved when nothing serves %j',
    (rest) => {
      expect(directory.resolve(reference(rest), 'ns')).toBe('unresolved')
    },
  )

  test('resolve() finds nobody when a cluster-scoped object names a namespaced owner', () => {
    expect(isNowhere(directory.resolve(reference(), '') as OwnerIdentity)).toBe(true)
    expect(isNowhere(directory.resolve(reference({ kind: 'Namespace' }), '') as OwnerIdentity)).toBe(false)
  })

  test('parseKey() reads what keyOf() wrote, whatever name and uid are', () => {
    const owner = { kind: Job as Kind, namespace: 'ns', name: 'a/b %c', uid: 'x/y' }
    expect(directory.parseKey(keyOf(owner, true))).toEqual({ owner, unseen: true })
    expect(directory.parseKey(keyOf(owner))).toEqual({ owner, unseen: false })
    expect(directory.parseKey('ns/name')).toBeUndefined()
  })
})
