import { describe, expect, test } from '@jest/globals'
import { ClusterRole, ConfigMap, Job, Namespace } from '@kubetape/api/kinds'
import { collectionPath, creationPath, objectPath, queryOf } from './request-path.ts'

describe('objectPath()', () => {
  test('names objects of the core group and of others', () => {
    expect(objectPath(ConfigMap, { namespace: 'ns', name: 'a' })).toBe('/api/v1/namespaces/ns/configmaps/a')
    expect(objectPath(Job, { namespace: 'ns', name: 'a' }, 'status')).toBe('/apis/batch/v1/namespaces/ns/jobs/a/status')
    expect(objectPath(Namespace, { namespace: 'ignored', name: 'a' })).toBe('/api/v1/namespaces/a')
  })

  test('escapes what a URL gives a meaning to', () => {
    expect(objectPath(ClusterRole, { name: 'system:a?b#c d' })).toBe(
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Aa%3Fb%23c%20d',
    )
  })

  test('refuses names that would lead elsewhere', () => {
    expect(() => objectPath(ConfigMap, { namespace: 'ns', name: '' })).toThrow('Cannot name one of configmaps: the name is empty')
    expect(() => objectPath(ConfigMap, { namespace: 'ns', name: '..' })).toThrow('Cannot name configmaps "..": a name may not be \'..\'')
    expect(() => objectPath(ConfigMap, { namespace: 'a/b', name: 'x' })).toThrow("a name may not contain '/'")
    expect(() => objectPath(ConfigMap, { name: 'a' })).toThrow('Cannot name configmaps "a": its namespace is empty')
  })
})

describe('collectionPath()', () => {
  test('covers one namespace, all of them, or the cluster', () => {
    expect(collectionPath(ConfigMap, 'ns')).toBe('/api/v1/namespaces/ns/configmaps')
    expect(collectionPath(ConfigMap, '')).toBe('/api/v1/configmaps')
    expect(collectionPath(Namespace, 'ns')).toBe('/api/v1/namespaces')
  })
})

describe('creationPath()', () => {
  test('demands a namespace where the kind has one', () => {
    expect(creationPath(Namespace, undefined)).toBe('/api/v1/namespaces')
    expect(() => creationPath(ConfigMap, undefined, 'a')).toThrow('Cannot name configmaps "a": its namespace is empty')
  })
})

describe('queryOf()', () => {
  test('leaves out what is not given, and keeps false and 0', () => {
    expect(queryOf({ a: undefined, b: '', c: false, d: 0, e: 'x=y,z in (1)' })).toBe('?c=false&d=0&e=x%3Dy%2Cz%20in%20(1)')
    expect(queryOf({})).toBe('')
  })
})
