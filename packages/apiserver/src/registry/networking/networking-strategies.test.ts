import { beforeEach, describe, expect, test } from '@jest/globals'
import { type TestAnswer, TestServer } from '../../testing/test-server.ts'

let server: TestServer
beforeEach(async () => {
  server = await TestServer.start()
})

describe('networkPolicyStrategy', () => {
  const make = (spec: object): Promise<TestAnswer> =>
    server.create('networking.k8s.io/v1/networkpolicies', { metadata: { name: 'np' }, spec: { podSelector: {}, ...spec } })

  test('says which directions it is about, and TCP', async () => {
    expect((await make({ egress: [{ ports: [{ port: 80 }] }] })).body['spec']).toEqual({
      podSelector: {},
      egress: [{ ports: [{ port: 80, protocol: 'TCP' }] }],
      policyTypes: ['Ingress', 'Egress'],
    })
  })

  test.each([
    [{ ingress: [{ from: [{}] }] }, 'spec.ingress[0].from[0]: Required value: must specify a peer'],
    [{ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }] }] }, 'must be a strict subset of `cidr`'],
    [{ ingress: [{ from: [{ ipBlock: { cidr: 'fd00::/64', except: ['fd00:0:0:1::/80'] } }] }] }, 'must be a strict subset of `cidr`'],
    [{ egress: [{ ports: [{ port: 80, endPort: 70 }] }] }, 'must be greater than or equal to `port`'],
    [{ policyTypes: ['Sideways'] }, 'supported values: "Ingress", "Egress"'],
  ])('refuses %j', async (spec, message) => {
    expect((await make(spec)).body.message).toContain(message)
  })

  test('takes exceptions within the range', async () => {
    const { code } = await make({ ingress: [{ from: [{ ipBlock: { cidr: 'fd00::/64', except: ['fd00::1:0/112'] } }] }] })
    expect(code).toBe(201)
  })
})

describe('ingressStrategy', () => {
  const path = { path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } } }
  const make = (change: object, host = 'a.example'): Promise<TestAnswer> =>
    server.create('networking.k8s.io/v1/ingresses', {
      metadata: { name: 'i' },
      spec: { rules: [{ host, http: { paths: [{ ...path, ...change }] } }] },
    })

  test.each([
    [{ path: '/a/../b' }, "must not contain '/../'"],
    [{ path: '/a/..' }, "cannot end with '/..'"],
    [{ path: 'a', pathType: 'ImplementationSpecific' }, 'must be an absolute path'],
    [{ backend: {} }, 'resource or service backend is required'],
    [{ backend: { service: { name: 's' } } }, 'port name or number is required'],
    [{ backend: { service: { name: 'S', port: { number: 80 } } } }, 'a DNS-1035 label must consist of'],
  ])('refuses a path %j', async (change, message) => {
    expect((await make(change)).body.message).toContain(message)
  })

  test('refuses an address for a host, and nothing at all', async () => {
    expect((await make({}, '10.0.0.1')).body.message).toContain('must be a DNS name, not an IP address')
    const empty = await server.create('networking.k8s.io/v1/ingresses', { metadata: { name: 'e' }, spec: {} })
    expect(empty.body.message).toContain('either `defaultBackend` or `rules` must be specified')
  })

  test('warns of the annotation that the field replaced', async () => {
    const { warnings } = await server.create('networking.k8s.io/v1/ingresses', {
      metadata: { name: 'i', annotations: { 'kubernetes.io/ingress.class': 'x' } },
      spec: { defaultBackend: path.backend },
    })
    expect(warnings).toEqual([`annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`])
  })
})

test('ingressClassStrategy defaults the scope of parameters and keeps the controller', async () => {
  const made = await server.create('networking.k8s.io/v1/ingressclasses', {
    metadata: { name: 'c' },
    spec: { controller: 'example.com/c', parameters: { kind: 'P', name: 'p' } },
  })
  expect(made.body['spec']).toMatchObject({ parameters: { scope: 'Cluster' } })
  const { body } = await server.patch('networking.k8s.io/v1/ingressclasses/c', 'merge', { spec: { controller: 'example.com/d' } })
  expect(body.message).toContain('spec.controller: Invalid value: "example.com/d": field is immutable')
})

test('podDisruptionBudgetStrategy takes one of its two numbers', async () => {
  const { body } = await server.create('policy/v1/poddisruptionbudgets', {
    metadata: { name: 'b' },
    spec: { minAvailable: 1, maxUnavailable: '101%' },
  })
  expect(body.message).toContain('minAvailable and maxUnavailable cannot be both set')
  expect(body.message).toContain('spec.maxUnavailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:"101%"}')
})

test('runtimeClassStrategy refuses a negative overhead and a changed handler', async () => {
  const make = (more: object): Promise<TestAnswer> =>
    server.create('node.k8s.io/v1/runtimeclasses', { metadata: { name: 'r' }, handler: 'runc', ...more })
  expect((await make({ overhead: { podFixed: { cpu: '-1' } } })).body.message).toContain('overhead.limits[cpu]: Invalid value: "-1"')
  await make({})
  expect((await server.patch('node.k8s.io/v1/runtimeclasses/r', 'merge', { handler: 'kata' })).body.message).toContain('field is immutable')
})
