import { describe, expect, test } from '@jest/globals'
import { requestInfo } from '../request/request-info.ts'
import { accessAttributes } from './access-attributes.ts'
import type { ResourceAttributes } from './authorizer.ts'

const USER = { name: 'jane', groups: [] }
const PODS = '/api/v1/namespaces/a/pods'

function attributes(method: string, path: string, search: string, gate: boolean): ResourceAttributes {
  const query = new URLSearchParams(search)
  const found = accessAttributes({ info: requestInfo(method, path, query), query }, USER, { enabled: () => gate })
  if (!found.isResource) throw new Error('these are resources')
  return found
}

describe('accessAttributes()', () => {
  test.each<[string, string, string]>([
    ['GET', 'fieldSelector=metadata.name=x', 'x'],
    ['GET', 'watch=1&fieldSelector=metadata.name=x,spec.nodeName=n', 'x'],
    ['GET', 'fieldSelector=metadata.name!=x', ''],
    ['GET', 'fieldSelector=metadata.name=a/b', ''],
    ['DELETE', 'fieldSelector=metadata.name=x', ''],
  ])('takes the name of %s ?%s for "%s"', (method, search, name) => {
    expect(attributes(method, PODS, search, false).name).toBe(name)
  })

  test('tells of selectors under the gate only, and of what it can read', () => {
    const search = 'fieldSelector=spec.nodeName=n,status.phase!=Failed&labelSelector=a%20in%20(b,c),!d'
    expect(attributes('GET', PODS, search, false)).not.toHaveProperty('fieldSelector')
    expect(attributes('DELETE', PODS, search, true)).toMatchObject({
      verb: 'deletecollection',
      fieldSelector: [
        { key: 'spec.nodeName', operator: 'In', values: ['n'] },
        { key: 'status.phase', operator: 'NotIn', values: ['Failed'] },
      ],
      labelSelector: [
        { key: 'a', operator: 'In', values: ['b', 'c'] },
        { key: 'd', operator: 'DoesNotExist', values: [] },
      ],
    })
    expect(attributes('GET', PODS, 'labelSelector=%3D%3D', true)).not.toHaveProperty('labelSelector')
    expect(attributes('GET', `${PODS}/p`, search, true)).not.toHaveProperty('fieldSelector')
  })

  test('leaves paths that are no resources as they are', () => {
    const query = new URLSearchParams()
    expect(accessAttributes({ info: requestInfo('POST', '/logs/x', query), query }, USER, { enabled: () => true })).toEqual({
      isResource: false,
      user: USER,
      verb: 'post',
      path: '/logs/x',
    })
  })
})
