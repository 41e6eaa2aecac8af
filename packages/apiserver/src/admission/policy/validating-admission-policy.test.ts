import { beforeEach, describe, expect, test } from '@jest/globals'
import type { AccessAttributes, Decision } from '../../auth/authorizer.ts'
import { TestServer } from '../../testing/test-server.ts'
import { validatingAdmissionPolicy } from './validating-admission-policy.ts'

const BASE = 'admissionregistration.k8s.io/v1'
const rules = (more: object = {}): object => ({
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['*'],
  resources: ['configmaps'],
  ...more,
})
const cm = (name: string, more: object = {}): object => ({ metadata: { name }, ...more })

describe('validatingAdmissionPolicy()', () => {
  let server: TestServer
  beforeEach(async () => {
    server = await TestServer.start({ plugins: (_storage, _clock, environment) => [validatingAdmissionPolicy(environment)] })
  })

  async function bind(spec: object, binding: object = {}): Promise<void> {
    const policy = { matchConstraints: { resourceRules: [rules()] }, ...spec }
    expect(await server.create(`${BASE}/validatingadmissionpolicies`, { metadata: { name: 'p' }, spec: policy })).toMatchObject({
      code: 201,
    })
    const bound = { policyName: 'p', validationActions: ['Deny'], ...binding }
    expect(await server.create(`${BASE}/validatingadmissionpolicybindings`, { metadata: { name: 'b' }, spec: bound })).toMatchObject({
      code: 201,
    })
  }

  const denied = (why: string): string =>
    `configmaps "x" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ${why}`

  test('denies what a validation says no to, with its message and reason', async () => {
    await bind({
      validations: [
        { expression: '!has(object.data)', message: 'no data' },
        { expression: 'false', messageExpression: '"not " + object.metadata.name', reason: 'Forbidden' },
      ],
    })
    const both = await server.create('configmaps', cm('x', { data: { a: 'b' } }))
    expect([both.code, both.body.reason, both.body.message]).toEqual([422, 'Invalid', denied('no data')])
    const one = await server.create('configmaps', cm('x'))
    expect([one.code, one.body.reason, one.body.message]).toEqual([403, 'Forbidden', denied('not x')])
    expect(one.body.details!.causes).toEqual([{ message: "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: not x" }])
  })

  test('warns where the binding says so', async () => {
    await bind({ validations: [{ expression: 'false', message: 'odd' }] }, { validationActions: ['Warn', 'Audit'] })
    const { code, warnings } = await server.create('configmaps', cm('x'))
    expect([code, warnings]).toEqual([201, ["Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': odd"]])
  })

  test('follows changes of policies and bindings at once', async () => {
    await bind({ validations: [{ expression: 'false' }] })
    expect((await server.create('configmaps', cm('x'))).code).toBe(422)
    await server.patch(`${BASE}/validatingadmissionpolicies/p`, 'merge', { spec: { validations: [{ expression: 'true' }] } })
    expect((await server.create('configmaps', cm('x'))).code).toBe(201)
    await server.patch(`${BASE}/validatingadmissionpolicies/p`, 'merge', { spec: { validations: [{ expression: 'oldObject != null' }] } })
    expect((await server.create('configmaps', cm('y'))).code).toBe(422)
    await server.delete(`${BASE}/validatingadmissionpolicybindings/b`)
    expect((await server.create('configmaps', cm('y'))).code).toBe(201)
  })

  test('reads params by name and by selector, and counts each', async () => {
    await server.create('configmaps', cm('limits', { data: { max: '2' }, metadata: { name: 'limits', labels: { kind: 'limit' } } }))
    await bind(
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        validations: [{ expression: 'object.metadata.name.size() <= int(params.data.max)' }],
      },
      { paramRef: { selector: { matchLabels: { kind: 'limit' } }, parameterNotFoundAction: 'Deny' } },
    )
    expect((await server.create('configmaps', cm('xy'))).code).toBe(201)
    expect((await server.create('configmaps', cm('xyz'))).code).toBe(422)
    await server.patch(`${BASE}/validatingadmissionpolicybindings/b`, 'merge', {
      spec: { paramRef: { selector: null, name: 'none', parameterNotFoundAction: 'Deny' } },
    })
    expect((await server.create('configmaps', cm('x'))).body.message).toBe(
      denied('failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction'),
    )
    await server.patch(`${BASE}/validatingadmissionpolicybindings/b`, 'merge', { spec: { paramRef: { parameterNotFoundAction: 'Allow' } } })
    expect((await server.create('configmaps', cm('xyz'))).code).toBe(201)
  })

  test('refuses requests while the kind of its params is not served, unless failures are ignored', async () => {
    await bind({ paramKind: { apiVersion: 'example.com/v1', kind: 'Limit' }, validations: [{ expression: 'true' }] })
    expect((await server.create('configmaps', cm('x'))).body.message).toBe(
      "configmaps \"x\" is forbidden: ValidatingAdmissionPolicy 'p' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'example.com/v1, Kind=Limit'",
    )
    await server.patch(`${BASE}/validatingadmissionpolicies/p`, 'merge', { spec: { failurePolicy: 'Ignore' } })
    expect((await server.create('configmaps', cm('x'))).code).toBe(201)
  })

  test('matches other versions of a resource, in the form that the rule names', async () => {
    await bind({
      matchConstraints: { resourceRules: [rules({ apiGroups: ['events.k8s.io'], resources: ['events'] })] },
      validations: [
        { expression: 'false', messageExpression: 'object.apiVersion + " " + object.note + " " + request.requestResource.group + "x"' },
      ],
    })
    const event = { metadata: { name: 'e' }, involvedObject: { namespace: 'default' }, message: 'hello', type: 'Normal', reason: 'R' }
    expect((await server.create('events', event)).body.message).toContain('denied request: events.k8s.io/v1 hello x')
    await server.patch(`${BASE}/validatingadmissionpolicies/p`, 'merge', { spec: { matchConstraints: { matchPolicy: 'Exact' } } })
    expect((await server.create('events', event)).code).toBe(201)
  })

  test('evaluates variables lazily, once, and tells of their errors', async () => {
    await bind({
      variables: [
        { name: 'a', expression: 'object.data.a' },
        { name: 'b', expression: 'variables.a + variables.a' },
      ],
      validations: [{ expression: '!has(object.data) || variables.b == "xx"' }],
    })
    expect((await server.create('configmaps', cm('one'))).code).toBe(201)
    expect((await server.create('configmaps', cm('two', { data: { a: 'x' } }))).code).toBe(201)
    expect((await server.create('configmaps', cm('x', { data: { b: 'x' } }))).body.message).toBe(
      denied(
        'expression \'!has(object.data) || variables.b == "xx"\' resulted in error: composited variable "b" fails to evaluate: composited variable "a" fails to evaluate: no such key: a',
      ),
    )
  })

  test('asks the authorizer once for all that policies want to know', async () => {
    const asked: AccessAttributes[] = []
    const allow = (attributes: AccessAttributes): Promise<Decision> => {
      asked.push(attributes)
      return Promise.resolve({ verdict: 'allow', reason: 'a friend' })
    }
    server = await TestServer.start({
      plugins: (_storage, _clock, environment) => [validatingAdmissionPolicy({ ...environment, authorizer: { authorize: allow } })],
    })
    const check = 'authorizer.requestResource.check("frob")'
    await bind({
      matchConditions: [{ name: 'may', expression: `${check}.allowed()` }],
      validations: [
        { expression: `${check}.reason() != "a friend"`, message: 'asked' },
        { expression: 'authorizer.serviceAccount("n", "sa").path("/x").check("get").allowed()' },
      ],
    })
    expect((await server.create('configmaps', cm('x'))).body.message).toBe(denied('asked'))
    expect(asked).toMatchObject([
      { verb: 'frob', group: '', resource: 'configmaps', namespace: 'default', name: 'x', user: { name: 'admin' } },
      { verb: 'get', path: '/x', user: { name: 'system:serviceaccount:n:sa' } },
    ])
  })

  test('stops what costs too much', async () => {
    await bind({
      validations: [
        {
          expression: `[1,2,3,4,5,6,7,8,9,10].map(x, x)${'.map(a, [1,2,3,4,5,6,7,8,9,10].map(b, a)).map(l, l[0])'.repeat(3)}.all(a, ${'[1,2,3,4,5,6,7,8,9,10].all(x, '.repeat(6)}true${')'.repeat(6)})`,
        },
      ],
    })
    expect((await server.create('configmaps', cm('x'))).body.message).toContain('operation cancelled: actual cost limit exceeded')
  })

  test('asks nobody about policies themselves', async () => {
    await bind({
      matchConstraints: { resourceRules: [rules({ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] })] },
      validations: [{ expression: 'false' }],
    })
    expect((await server.create('configmaps', cm('x'))).code).toBe(422)
    expect((await server.delete(`${BASE}/validatingadmissionpolicies/p`)).code).toBe(200)
  })

  test('has resource names, scopes and subresources in its rules', async () => {
    await bind({
      matchConstraints: {
        resourceRules: [rules({ resourceNames: ['x'], scope: 'Namespaced' })],
        excludeResourceRules: [rules({ operations: ['DELETE'] })],
      },
      validations: [{ expression: 'false' }],
    })
    expect((await server.create('configmaps', cm('x'))).code).toBe(422)
    expect((await server.create('configmaps', cm('y'))).code).toBe(201)
    expect((await server.delete('configmaps/y')).code).toBe(200)
  })
})
