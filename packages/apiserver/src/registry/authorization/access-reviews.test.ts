import { beforeEach, describe, expect, test } from '@jest/globals'
import { TestServer } from '../../testing/test-server.ts'

const GROUP = 'authorization.k8s.io/v1'
const POD = { verb: 'list', resource: 'pods', namespace: 'default' }
let server: TestServer

beforeEach(async () => {
  server = await TestServer.start()
})

const review = (target: string, spec: object, metadata: object = {}): ReturnType<TestServer['create']> =>
  server.create(`${GROUP}/${target}`, { metadata, spec })

describe('access reviews', () => {
  test('answer about others and about oneself', async () => {
    const masters = await review('subjectaccessreviews', { user: 'x', groups: ['system:masters'], resourceAttributes: POD })
    expect([masters.code, masters.body['status']]).toEqual([201, { allowed: true }])
    expect((await review('subjectaccessreviews', { user: 'x', resourceAttributes: POD })).body['status']).toEqual({ allowed: false })
    const own = await review('selfsubjectaccessreviews', { nonResourceAttributes: { path: '/x', verb: 'get' } })
    expect(own.body).toMatchObject({ kind: 'SelfSubjectAccessReview', status: { allowed: true } })
    expect((await server.list('configmaps')).body.items).toEqual([])
  })

  test.each<[string, object, object, string]>([
    [
      'subjectaccessreviews',
      { user: 'x' },
      {},
      'spec.resourceAttributes: Invalid value: "null": exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ],
    [
      'subjectaccessreviews',
      { resourceAttributes: POD },
      {},
      'spec.user: Invalid value: "": at least one of user or group must be specified',
    ],
    [
      'selfsubjectaccessreviews',
      { resourceAttributes: POD, nonResourceAttributes: { path: '/x' } },
      {},
      'spec.nonResourceAttributes: Invalid value: authorization.NonResourceAttributes{Path:"/x", Verb:""}: cannot be specified in combination with resourceAttributes',
    ],
    ['selfsubjectaccessreviews', { resourceAttributes: POD }, { name: 'x' }, 'metadata: Invalid value: v1.ObjectMeta{Name:"x"'],
    [
      'localsubjectaccessreviews',
      { user: 'x', resourceAttributes: { ...POD, namespace: 'other' } },
      {},
      'spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace',
    ],
    ['localsubjectaccessreviews', { user: 'x', nonResourceAttributes: { path: '/x' } }, {}, 'disallowed on this kind of request'],
  ])('refuse %s %j', async (target, spec, metadata, why) => {
    const { code, body } = await review(target, spec, metadata)
    expect([code, body.message]).toEqual([422, expect.stringContaining(why)])
    expect(body.message).toMatch(/^\.authorization\.k8s\.io "" is invalid: /)
  })

  test('drop selectors without the gate, and say what of them they cannot read with it', async () => {
    const spec = { user: 'x', resourceAttributes: { ...POD, fieldSelector: { rawSelector: 'a=b=c=,' }, labelSelector: {} } }
    const dropped = await review('subjectaccessreviews', spec)
    expect(dropped.body['spec']).toEqual({ user: 'x', resourceAttributes: POD })
    server = await TestServer.start({ gates: { AuthorizeWithSelectors: true } })
    const several = {
      requirements: [
        { key: 'a', operator: 'In', values: ['b', 'c'] },
        { key: 'd', operator: 'In', values: ['e'] },
      ],
    }
    const { body } = await review('subjectaccessreviews', { user: 'x', resourceAttributes: { ...POD, fieldSelector: several } })
    expect(body['status']).toEqual({
      allowed: false,
      evaluationError: 'spec.resourceAttributes.fieldSelector partially ignored due to parse error',
    })
  })

  test('list what the asker may do', async () => {
    expect((await review('selfsubjectrulesreviews', {})).body.message).toBe('no namespace on request')
    const { code, body } = await review('selfsubjectrulesreviews', { namespace: 'default' })
    expect([code, body['status']]).toEqual([201, { resourceRules: [], nonResourceRules: [], incomplete: false }])
  })
})
