import { beforeEach, describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { type TestAnswer, TestServer } from '../testing/test-server.ts'
import { nodeRestriction } from './node-restriction.ts'

const NODE = { name: 'system:node:n1', groups: ['system:nodes'] }
const container = { name: 'c', image: 'x:1' }

let server: TestServer
const asNode = (verb: 'create' | 'update' | 'delete', target: string, body?: object, user = NODE): Promise<TestAnswer> =>
  server.send(verb, target, body, {}, { user })

beforeEach(async () => {
  server = await TestServer.start({ plugins: (storage) => [nodeRestriction({ storage, gates: { enabled: () => false } })] })
})

const mirror = (owner: object = {}, spec: object = {}): object => ({
  metadata: {
    name: 'm',
    annotations: { 'kubernetes.io/config.mirror': 'h' },
    ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n1', controller: true, ...owner }],
  },
  spec: { nodeName: 'n1', containers: [container], ...spec },
})

describe('nodeRestriction()', () => {
  test('lets a node keep its own Node, but not its taints and the labels of others', async () => {
    const made = await asNode('create', 'nodes', { metadata: { name: 'n1', labels: { 'kubernetes.io/hostname': 'n1', mine: 'x' } } })
    expect(made.code).toBe(201)
    const change = (more: { labels?: object; taints?: object[] }): object => ({
      metadata: { name: 'n1', labels: { ...made.body.metadata!.labels, ...more.labels } },
      spec: { taints: more.taints ?? [] },
    })
    const refused = async (body: object): Promise<unknown> => (await asNode('update', 'nodes/n1', body)).body.message
    expect(await refused(change({ labels: { 'node-restriction.kubernetes.io/a': 'b', 'foo.k8s.io/a': 'b' } }))).toBe(
      'nodes "n1" is forbidden: is not allowed to modify labels: foo.k8s.io/a, node-restriction.kubernetes.io/a',
    )
    expect(await refused(change({ taints: [{ key: 'a', effect: 'NoSchedule' }] }))).toBe(
      'nodes "n1" is forbidden: node "n1" is not allowed to modify taints',
    )
    expect((await asNode('update', 'nodes/n1', change({ labels: { other: 'y' } }))).code).toBe(200)
    expect((await asNode('create', 'nodes', { metadata: { name: 'n2' } })).body.message).toBe(
      'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
    )
  })

  test('lets a node make mirror Pods of its own that reach for nothing', async () => {
    const node = await asNode('create', 'nodes', { metadata: { name: 'n1' } })
    const uid = node.body.metadata!.uid!
    const refused = async (body: object): Promise<unknown> => (await asNode('create', 'pods', body)).body.message
    expect(await refused({ metadata: { name: 'm' }, spec: { containers: [container] } })).toContain(
      'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
    )
    expect(await refused(mirror({ uid }, { nodeName: 'n2' }))).toContain('can only create pods with spec.nodeName set to itself')
    expect(await refused(mirror({ uid: 'other' }))).toContain('UID mismatch: expected other got')
    expect(await refused(mirror({ uid, controller: false }))).toContain('with a controller owner reference set to itself')
    expect(await refused(mirror({ uid }, { imagePullSecrets: [{ name: 's' }] }))).toContain('can not create pods that reference secrets')
    expect((await asNode('create', 'pods', mirror({ uid }))).code).toBe(201)
    expect((await asNode('delete', 'pods/m')).code).toBe(200)
  })

  test('keeps a node from the Pods of others', async () => {
    await server.create('pods', { metadata: { name: 'p' }, spec: { nodeName: 'n2', containers: [container] } })
    const status = { metadata: { name: 'p' }, status: { phase: 'Running' } }
    expect((await asNode('update', 'pods/p/status', status)).body.message).toBe(
      'pods "p" is forbidden: node "n1" can only update pod status for pods with spec.nodeName set to itself',
    )
    expect((await asNode('delete', 'pods/p')).code).toBe(403)
    expect((await asNode('update', 'pods/p/status', status, { ...NODE, name: 'system:node:n2' })).code).toBe(200)
  })

  test.each<[string, KubeObject, string | undefined]>([
    ['storage.k8s.io/v1/csinodes', { metadata: { name: 'n1' }, spec: { drivers: [] } }, undefined],
    [
      'storage.k8s.io/v1/csinodes',
      { metadata: { name: 'n2' }, spec: { drivers: [] } },
      'can only access CSINode with the same name as the requesting node',
    ],
    ['coordination.k8s.io/v1/leases', { metadata: { name: 'n1' } }, 'can only access leases in the "kube-node-lease" system namespace'],
  ])('judges the creation of %s %j', async (target, body, why) => {
    const { code, body: answer } = await asNode('create', target, body)
    if (why === undefined) expect(code).toBe(201)
    else expect(answer.message).toContain(why)
  })

  test('has nothing to say to others', async () => {
    expect((await server.create('nodes', { metadata: { name: 'n2', labels: { 'node-restriction.kubernetes.io/a': 'b' } } })).code).toBe(201)
    expect((await asNode('create', 'configmaps', { metadata: { name: 'c' } }, { name: 'system:node:', groups: [] })).code).toBe(201)
    expect((await asNode('create', 'configmaps', { metadata: { name: 'd' } }, { ...NODE, name: 'system:node:' })).body.message).toBe(
      'configmaps "d" is forbidden: could not determine node from user "system:node:"',
    )
  })
})
