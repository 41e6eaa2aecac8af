import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Pod } from '@kubetape/api/types/core/v1'
import type { Decision, ResourceAttributes } from '../authorizer.ts'
import { RbacCluster } from '../testing/rbac-cluster.ts'
import { NodeAuthorizer } from './node-authorizer.ts'

const NODE = { name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] }
const UNRELATED: Decision = { verdict: 'no-opinion', reason: "no relationship found between node 'n1' and this object" }
const refused = (reason: string): Decision => ({ verdict: 'no-opinion', reason })
const SLICE_VERBS = refused(
  'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
)
const OTHER_CSI_NODE = refused('can only access CSINode with the same name as the requesting node')
const NO_ACCOUNT = refused('can only create tokens for individual service accounts')
const ALLOW: Decision = { verdict: 'allow', reason: '' }

let cluster: RbacCluster

beforeEach(() => {
  cluster = new RbacCluster()
})

function authorizer(...gates: string[]): (asked: Partial<ResourceAttributes>) => Decision {
  const nodes = new NodeAuthorizer({ storage: cluster.storage, gates: { enabled: (name) => gates.includes(name) } })
  return (asked) =>
    nodes.authorize({
      user: NODE,
      isResource: true,
      verb: 'get',
      group: '',
      version: 'v1',
      resource: 'secrets',
      subresource: '',
      namespace: 'a',
      name: 'x',
      ...asked,
    })
}

const pod = (spec: object, metadata: object = {}, status: object = {}): Pod => ({
  metadata: { name: 'p', namespace: 'a', uid: '1', ...metadata },
  spec: { nodeName: 'n1', serviceAccountName: 'robot', containers: [], ...spec },
  status,
})

describe('NodeAuthorizer', () => {
  test.each<[string, object, Partial<ResourceAttributes>]>([
    ['the Secret of a volume', { volumes: [{ name: 'v', secret: { secretName: 'x' } }] }, {}],
    ['a projected Secret', { volumes: [{ name: 'v', projected: { sources: [{ secret: { name: 'x' } }] } }] }, { verb: 'watch' }],
    ['a pull Secret', { imagePullSecrets: [{ name: 'x' }] }, { verb: 'list' }],
    ['the Secret of a variable', { containers: [{ env: [{ name: 'e', valueFrom: { secretKeyRef: { name: 'x' } } }] }] }, {}],
    ['a ConfigMap of the environment', { initContainers: [{ envFrom: [{ configMapRef: { name: 'x' } }] }] }, { resource: 'configmaps' }],
    ['a claim', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'x' } }] }, { resource: 'persistentvolumeclaims' }],
    ['the claim of an ephemeral volume', { volumes: [{ name: 'v', ephemeral: {} }] }, { resource: 'persistentvolumeclaims', name: 'p-v' }],
    ['a token', {}, { resource: 'serviceaccounts', subresource: 'token', name: 'robot', verb: 'create' }],
    [
      'a resource claim',
      { resourceClaims: [{ name: 'c', resourceClaimName: 'x' }] },
      { group: 'resource.k8s.io', resource: 'resourceclaims' },
    ],
  ])('lets a node read %s of its Pod, until that goes', async (_, spec, asked) => {
    const may = authorizer()
    expect(may(asked)).toEqual(UNRELATED)
    await cluster.put('', 'pods', pod(spec))
    expect(may(asked)).toEqual(ALLOW)
    expect(may({ ...asked, user: { ...NODE, name: 'system:node:n2' } }).verdict).toBe('no-opinion')
    expect(may({ ...asked, namespace: 'b' })).toEqual(UNRELATED)
    await cluster.remove('', 'pods', 'a', 'p')
    expect(may(asked)).toEqual(UNRELATED)
  })

  test('counts the Pods that need the same, and follows those that get more', async () => {
    const may = authorizer()
    await cluster.put(
      '',
      'pods',
      pod({ imagePullSecrets: [{ name: 'x' }] }),
      pod({ imagePullSecrets: [{ name: 'x' }] }, { name: 'q', uid: '2' }),
    )
    expect(may({})).toEqual(ALLOW)
    await cluster.remove('', 'pods', 'a', 'q')
    expect(may({})).toEqual(ALLOW)
    const debug = { ephemeralContainers: [{ name: 'd', envFrom: [{ configMapRef: { name: 'conf' } }] }] }
    await cluster.put('', 'pods', pod({ imagePullSecrets: [{ name: 'x' }], ...debug }))
    expect(may({ resource: 'configmaps', name: 'conf' })).toEqual(ALLOW)
    await cluster.put('', 'pods', pod({}, { uid: '3' }))
    expect(may({})).toEqual(UNRELATED)
  })

  test('lets mirror Pods and unplaced ones open nothing', async () => {
    const may = authorizer()
    await cluster.put('', 'pods', pod({ imagePullSecrets: [{ name: 'x' }] }, { annotations: { 'kubernetes.io/config.mirror': 'h' } }))
    await cluster.put('', 'pods', pod({ nodeName: '', imagePullSecrets: [{ name: 'x' }] }, { name: 'q' }))
    expect(may({})).toEqual(UNRELATED)
  })

  test('leads from a claim to its volume and to that one’s Secrets', async () => {
    const may = authorizer()
    const volume = {
      claimRef: { namespace: 'a', name: 'claim' },
      csi: { driver: 'd', nodeStageSecretRef: { namespace: 'kube', name: 'x' } },
    }
    await cluster.put('', 'persistentvolumes', { metadata: { name: 'pv' }, spec: volume })
    expect(may({ resource: 'persistentvolumes', namespace: '', name: 'pv' })).toEqual(UNRELATED)
    await cluster.put('', 'pods', pod({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'claim' } }] }))
    expect(may({ resource: 'persistentvolumes', namespace: '', name: 'pv' })).toEqual(ALLOW)
    expect(may({ namespace: 'kube' })).toEqual(ALLOW)
    await cluster.put('', 'persistentvolumes', { metadata: { name: 'pv' }, spec: { ...volume, csi: { driver: 'd' } } })
    expect(may({ namespace: 'kube' })).toEqual(UNRELATED)
  })

  test.each<[string, Partial<ResourceAttributes>, Decision]>([
    ['writes of Secrets', { verb: 'update' }, { verdict: 'no-opinion', reason: 'can only read resources of this type' }],
    ['all Secrets', { verb: 'list', name: '' }, { verdict: 'no-opinion', reason: 'No Object name found' }],
    ['its lease', lease('update', 'n1'), ALLOW],
    [
      "another's lease",
      lease('update', 'n2'),
      { verdict: 'no-opinion', reason: 'can only access node lease with the same name as the requesting node' },
    ],
    ['all Nodes', { resource: 'nodes', verb: 'list', namespace: '', name: '' }, ALLOW],
    ['Services', { resource: 'services', verb: 'list', name: '' }, ALLOW],
    ['a verb that every object has', { group: 'resource.k8s.io', resource: 'resourceslices', verb: 'constructor' }, SLICE_VERBS],
    ['a resource that every object has', { resource: 'constructor' }, { verdict: 'no-opinion', reason: '' }],
    ["another's CSINode", { group: 'storage.k8s.io', resource: 'csinodes', name: 'n2' }, OTHER_CSI_NODE],
    ['a token of no account', { resource: 'serviceaccounts', subresource: 'token', verb: 'create', name: '' }, NO_ACCOUNT],
    ['the deployments', { group: 'apps', resource: 'deployments' }, { verdict: 'no-opinion', reason: '' }],
  ])('decides about %s', (_, asked, expected) => {
    expect(authorizer()(asked)).toEqual(expected)
  })

  test('lets a node read only its own Node and Pods under AuthorizeNodeWithSelectors', () => {
    const may = authorizer('AuthorizeNodeWithSelectors')
    const pods = { resource: 'pods', verb: 'list', namespace: '', name: '' }
    const selector = (node: string): Partial<ResourceAttributes> => ({
      fieldSelector: [{ key: 'spec.nodeName', operator: 'In', values: [node] }],
    })
    expect(may({ ...pods, ...selector('n1') })).toEqual(ALLOW)
    expect(may({ ...pods, ...selector('n2') }).reason).toBe('can only list/watch pods with spec.nodeName field selector')
    expect(may({ resource: 'nodes', namespace: '', name: 'n1' })).toEqual(ALLOW)
    expect(may({ resource: 'nodes', namespace: '', name: 'n2' }).reason).toBe("node 'n1' cannot read 'n2', only its own Node object")
    expect(may({ resource: 'nodes', verb: 'list', namespace: '', name: '' }).reason).toBe(
      "node 'n1' cannot read all nodes, only its own Node object",
    )
  })

  test('lets a node change, evict and mirror Pods, and keep its Node, under AuthorizeNodeWithSelectors', () => {
    const may = authorizer('AuthorizeNodeWithSelectors')
    const verdicts = (resource: string, subresource: string): string[] =>
      ['get', 'create', 'update', 'patch', 'delete', 'deletecollection'].filter(
        (verb) => may({ resource, subresource, verb, name: 'n1', namespace: resource === 'nodes' ? '' : 'a' }).verdict === 'allow',
      )
    expect(verdicts('pods', '')).toEqual(['create', 'delete'])
    expect(verdicts('pods', 'status')).toEqual(['update', 'patch'])
    expect(verdicts('pods', 'eviction')).toEqual(['create'])
    expect(verdicts('pods', 'exec')).toEqual([])
    expect(verdicts('nodes', '')).toEqual(['get', 'create', 'update', 'patch'])
    expect(verdicts('nodes', 'status')).toEqual(['update', 'patch'])
    expect(may({ resource: 'pods', verb: 'constructor' })).toEqual(refused(''))
  })

  test('knows nodes by name and group', () => {
    const may = authorizer()
    expect(may({ user: { name: 'system:node:n1', groups: [] } })).toEqual({ verdict: 'no-opinion', reason: '' })
    expect(may({ user: { name: 'system:node:', groups: ['system:nodes'] } }).reason).toBe('unknown node for user "system:node:"')
  })
})

function lease(verb: string, name: string): Partial<ResourceAttributes> {
  return { group: 'coordination.k8s.io', resource: 'leases', namespace: 'kube-node-lease', verb, name }
}
