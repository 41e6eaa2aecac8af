import { describe, expect, test } from '@jest/globals'
import { isTrue, requestInfo } from './request-info.ts'

const info = (method: string, url: string): ReturnType<typeof requestInfo> => {
  const [path = '', query = ''] = url.split('?')
  return requestInfo(method, path, new URLSearchParams(query))
}

describe('requestInfo()', () => {
  test.each([
    ['GET', '/api/v1/pods', { verb: 'list', group: '', version: 'v1', resource: 'pods', namespace: '', name: '' }],
    ['GET', '/api/v1/namespaces/a/pods/p', { verb: 'get', namespace: 'a', resource: 'pods', name: 'p', subresource: '' }],
    ['GET', '/api/v1/namespaces/a/pods/p?watch=1', { verb: 'get', name: 'p' }],
    ['GET', '/api/v1/pods?watch=1', { verb: 'watch' }],
    ['GET', '/api/v1/pods?watch=0', { verb: 'list' }],
    ['GET', '/api/v1/watch/namespaces/a/pods/p', { verb: 'watch', namespace: 'a', name: 'p' }],
    ['GET', '/apis/batch/v1/watch/jobs', { verb: 'watch', group: 'batch', resource: 'jobs' }],
    ['PUT', '/apis/batch/v1/namespaces/a/jobs/j/status', { verb: 'update', subresource: 'status' }],
    ['PATCH', '/apis/batch/v1/namespaces/a/jobs/j', { verb: 'patch' }],
    ['POST', '/api/v1/namespaces/a/pods', { verb: 'create' }],
    ['DELETE', '/api/v1/namespaces/a/pods', { verb: 'deletecollection' }],
    ['DELETE', '/api/v1/namespaces/a/pods/p', { verb: 'delete' }],
    ['GET', '/api/v1/namespaces/a', { verb: 'get', resource: 'namespaces', namespace: 'a', name: 'a' }],
    ['PUT', '/api/v1/namespaces/a/finalize', { resource: 'namespaces', name: 'a', subresource: 'finalize' }],
    ['GET', '/api/v1/namespaces/a/pods/p/proxy/x/y', { subresource: 'proxy', rest: ['x', 'y'] }],
    ['GET', '/api/v1/namespaces/a/configmaps/a%2Fb', { name: 'a/b' }],
    ['GET', '/api/v1/namespaces/a/configmaps/%E0%A4%A', { name: '%E0%A4%A' }],
    ['OPTIONS', '/api/v1/pods', { verb: '' }],
    ['CREATE', '/api/v1/namespaces/a/pods', { verb: '' }],
    ['get', '/api/v1/pods', { verb: '' }],
    ['constructor', '/api/v1/pods', { verb: '' }],
  ])('reads %s %s', (method, url, expected) => {
    expect(info(method, url)).toMatchObject({ isResource: true, ...expected })
  })

  test.each(['/api', '/api/v1', '/apis', '/apis/batch', '/apis/batch/v1', '/healthz', '/', '/openapi/v3/apis/batch/v1'])(
    'knows that %s is no resource',
    (path) => {
      expect(info('GET', path)).toMatchObject({ isResource: false, path, verb: 'get' })
    },
  )
})

describe('isTrue()', () => {
  test('takes anything but nothing, 0 and false for true', () => {
    expect(['1', 'true', 'maybe', ''].map(isTrue)).toEqual([true, true, true, true])
    expect([null, '0', 'false', 'FALSE'].map(isTrue)).toEqual([false, false, false, false])
  })
})
