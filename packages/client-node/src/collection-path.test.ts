import { describe, expect, test } from '@jest/globals'
import { parseCollectionPath, parsePath } from './collection-path.ts'

describe('parsePath()', () => {
  test.each([
    ['/api/v1/pods', ['', 'v1', 'pods', '', '', '']],
    ['/api/v1/namespaces', ['', 'v1', 'namespaces', '', '', '']],
    ['/api/v1/namespaces/red', ['', 'v1', 'namespaces', '', 'red', '']],
    ['/api/v1/namespaces/red/status', ['', 'v1', 'namespaces', '', 'red', 'status']],
    ['/api/v1/namespaces/red/pods', ['', 'v1', 'pods', 'red', '', '']],
    ['/api/v1/namespaces/red/pods/web/log', ['', 'v1', 'pods', 'red', 'web', 'log']],
    ['/apis/apps/v1/namespaces/red/deployments/web/scale', ['apps', 'v1', 'deployments', 'red', 'web', 'scale']],
    [
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
      ['rbac.authorization.k8s.io', 'v1', 'clusterroles', '', 'system:node', ''],
    ],
  ])('takes %s apart', (path, expected) => {
    const { kind, namespace, name, subresource } = parsePath(path)!
    expect([kind.group, kind.version, kind.resource, namespace, name, subresource]).toEqual(expected)
  })

  test.each(['/healthz', '/api/v1', '/apis/apps', ''])('answers undefined for %s', (path) => {
    expect(parsePath(path)).toBeUndefined()
  })
})

describe('parseCollectionPath()', () => {
  test.each(['/api/v1/namespaces/red', '/version', 'api/v1/pods'])('throws for %s', (path) => {
    expect(() => parseCollectionPath(path)).toThrow(`Cannot watch "${path}": it is not the path of a collection`)
  })
})
