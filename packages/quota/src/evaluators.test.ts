import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { listOf } from './amounts.ts'
import { evaluatorOf, isCounted } from './evaluators.ts'

const pods = evaluatorOf({ group: '', resource: 'pods' })
const pod = (spec: object, more: object = {}): KubeObject => ({ metadata: { name: 'p' }, spec, ...more })
const usage = (resource: string, object: object, nowMs = 0): Record<string, string> =>
  listOf(evaluatorOf({ group: '', resource }).usage(object as KubeObject, nowMs))
const container = (name: string, resources: object = {}): object => ({ name, resources })

describe('evaluatorOf()', () => {
  test('measures what Pods ask for under all of its names', () => {
    const resources = { requests: { cpu: '1', 'example.com/gpu': '2', 'hugepages-2Mi': '4Mi' }, limits: { memory: '1Gi' } }
    expect(usage('pods', pod({ containers: [container('a', resources)], overhead: { cpu: '100m', memory: '1Gi' } }))).toEqual({
      'count/pods': '1',
      pods: '1',
      cpu: '1100m',
      'requests.cpu': '1100m',
      memory: '1Gi',
      'requests.memory': '1Gi',
      'limits.memory': '2Gi',
      'requests.example.com/gpu': '2',
      'hugepages-2Mi': '4Mi',
      'requests.hugepages-2Mi': '4Mi',
    })
  })

  test('counts a Pod that has ended or should be gone as an object only', () => {
    expect(usage('pods', pod({ containers: [] }, { status: { phase: 'Failed' } }))).toEqual({ 'count/pods': '1' })
    const going = { metadata: { name: 'p', deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 30 } }
    const gone = Date.parse('2026-01-01T00:00:31Z')
    expect(usage('pods', pod({ containers: [] }, going), gone)).toEqual({ 'count/pods': '1' })
    expect(usage('pods', pod({ containers: [] }, going), gone - 2000)).toEqual({ 'count/pods': '1', pods: '1' })
  })

  test('demands that every container says what a quota of cpu or memory counts', () => {
    const said = container('a', { requests: { cpu: '1' } })
    expect(pods.constraint!(['cpu', 'pods'], pod({ containers: [said] }))).toBeUndefined()
    expect(pods.constraint!(['limits.memory', 'cpu'], pod({ containers: [said, container('c'), container('b')] }))).toBe(
      'must specify cpu for: b,c; limits.memory for: a,b,c',
    )
  })

  test.each([
    [{ scopeName: 'Terminating', operator: 'Exists' }, { activeDeadlineSeconds: 1 }, true],
    [{ scopeName: 'NotTerminating', operator: 'Exists' }, { activeDeadlineSeconds: 1 }, false],
    [{ scopeName: 'BestEffort', operator: 'Exists' }, { containers: [container('a', { limits: { cpu: '0' } })] }, true],
    [{ scopeName: 'NotBestEffort', operator: 'Exists' }, { containers: [container('a', { limits: { cpu: '1' } })] }, true],
    [{ scopeName: 'PriorityClass', operator: 'Exists' }, {}, false],
    [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }, { priorityClassName: 'high' }, true],
    [{ scopeName: 'PriorityClass', operator: 'NotIn', values: ['high'] }, {}, true],
    [{ scopeName: 'PriorityClass', operator: 'DoesNotExist' }, { priorityClassName: 'high' }, false],
    [
      { scopeName: 'CrossNamespacePodAffinity', operator: 'Exists' },
      { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'k', namespaces: ['x'] }] } } },
      true,
    ],
    [{ scopeName: 'Night', operator: 'Exists' }, {}, false],
  ])('tells whether a Pod is within %j', (requirement, spec, within) => {
    expect(pods.matchesScope(requirement, pod({ containers: [], ...spec }))).toBe(within)
  })

  test.each([
    [{ type: 'ClusterIP', ports: [{}] }, '0', '0'],
    [{ type: 'NodePort', ports: [{}, {}] }, '2', '0'],
    [{ type: 'LoadBalancer', ports: [{}, {}] }, '2', '1'],
    [{ type: 'LoadBalancer', ports: [{ nodePort: 30000 }, {}], allocateLoadBalancerNodePorts: false }, '1', '1'],
  ])('counts node ports and load balancers of a Service %j', (spec, ports, balancers) => {
    expect(usage('services', { metadata: {}, spec })).toEqual({
      'count/services': '1',
      services: '1',
      'services.nodeports': ports,
      'services.loadbalancers': balancers,
    })
  })

  test('counts the storage of claims in whole bytes, of their class too', () => {
    const claim = { metadata: {}, spec: { storageClassName: 'slow', resources: { requests: { storage: '1500m' } } } }
    expect(usage('persistentvolumeclaims', claim)).toEqual({
      'count/persistentvolumeclaims': '1',
      persistentvolumeclaims: '1',
      'requests.storage': '2',
      'slow.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
      'slow.storageclass.storage.k8s.io/requests.storage': '2',
    })
    expect(
      usage('persistentvolumeclaims', {
        metadata: { annotations: { 'volume.beta.kubernetes.io/storage-class': 'old' } },
        spec: { resources: { requests: { storage: '1Gi' } } },
        status: { allocatedResources: { storage: '3Gi' } },
      }),
    ).toMatchObject({ 'requests.storage': '3Gi', 'old.storageclass.storage.k8s.io/requests.storage': '3Gi' })
  })

  test('counts objects of any resource, those of the core group by their plain names too', () => {
    expect(usage('secrets', {})).toEqual({ 'count/secrets': '1', secrets: '1' })
    expect(listOf(evaluatorOf({ group: 'example.com', resource: 'cats' }).usage({}, 0))).toEqual({
      'count/cats.example.com': '1',
    })
    expect([isCounted({ group: '', resource: 'events' }), isCounted({ group: '', resource: 'secrets' })]).toEqual([false, true])
  })
})
