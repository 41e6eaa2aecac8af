import { describe, expect, test } from '@jest/globals'
import { TestServer } from '../../testing/test-server.ts'

const POLICIES = 'admissionregistration.k8s.io/v1/validatingadmissionpolicies'
const BINDINGS = 'admissionregistration.k8s.io/v1/validatingadmissionpolicybindings'
const spec = {
  matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['pods'] }] },
  validations: [{ expression: 'true' }],
}

describe('policyStrategy', () => {
  test('fills in defaults, counts generations of the spec, keeps the status', async () => {
    const server = await TestServer.start()
    const made = await server.create(POLICIES, { metadata: { name: 'p' }, spec, status: { observedGeneration: 9 } })
    expect(made.body).toMatchObject({
      metadata: { generation: 1 },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { matchPolicy: 'Equivalent', namespaceSelector: {}, resourceRules: [{ scope: '*' }] },
      },
      status: {},
    })
    const patched = await server.patch(`${POLICIES}/p`, 'merge', { spec: { failurePolicy: 'Ignore' }, status: { observedGeneration: 9 } })
    expect(patched.body).toMatchObject({ metadata: { generation: 2 }, status: {} })
    expect(patched.body['status']).toEqual({})
  })

  test('lets a status write change the status only', async () => {
    const server = await TestServer.start()
    await server.create(POLICIES, { metadata: { name: 'p' }, spec })
    const written = await server.patch(`${POLICIES}/p/status`, 'merge', {
      metadata: { labels: { a: 'b' } },
      spec: { failurePolicy: 'Ignore' },
      status: { observedGeneration: 1, typeChecking: {} },
    })
    expect(written.body).toMatchObject({ metadata: { generation: 1 }, spec: { failurePolicy: 'Fail' }, status: { observedGeneration: 1 } })
    expect(written.body.metadata!.labels).toBeUndefined()
    const wrong = await server.patch(`${POLICIES}/p/status`, 'merge', {
      status: { typeChecking: { expressionWarnings: [{ fieldRef: 'x', warning: '' }] } },
    })
    expect(wrong.body.message).toContain('status.typeChecking.expressionWarnings[0].warning: Required value')
  })

  test('demands a resourceVersion of a PUT', async () => {
    const server = await TestServer.start()
    await server.create(POLICIES, { metadata: { name: 'p' }, spec })
    const { code, body } = await server.update(`${POLICIES}/p`, { metadata: { name: 'p' }, spec })
    expect([code, body.message]).toEqual([
      422,
      expect.stringContaining('metadata.resourceVersion: Invalid value: 0x0: must be specified for an update'),
    ])
  })
})

describe('policyBindingStrategy', () => {
  test.each([
    [
      { policyName: 'p', validationActions: ['Deny', 'Deny', 'Odd'] },
      ['Duplicate value: "Deny"', 'Unsupported value: "Odd": supported values: "Audit", "Deny", "Warn"'],
    ],
    [
      { policyName: 'p', validationActions: ['Deny'], paramRef: { name: 'a', selector: {}, parameterNotFoundAction: 'Deny' } },
      [
        'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
        'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
      ],
    ],
    [
      { policyName: 'p', validationActions: ['Deny'], paramRef: {} },
      ['spec.paramRef: Required value: one of name or selector must be specified', 'spec.paramRef.parameterNotFoundAction: Required value'],
    ],
    [
      { policyName: 'P', validationActions: ['Deny'], matchResources: { matchPolicy: 'Maybe' } },
      ['spec.policyName: Invalid value: "P"', 'spec.matchResouces.matchPolicy: Unsupported value: "Maybe"'],
    ],
  ])('refuses %j', async (binding, messages) => {
    const { code, body } = await (await TestServer.start()).create(BINDINGS, { metadata: { name: 'b' }, spec: binding })
    expect(code).toBe(422)
    for (const message of messages) expect(body.message).toContain(message)
  })
})
