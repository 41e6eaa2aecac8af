import { describe, expect, test } from '@jest/globals'
import type { CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'
import type { Namespace } from '@kubetape/api/types/core/v1'
import { ConfigMap, Deployment, Node, Pod } from '@kubetape/api/kinds'
import type { Kind, KubeObject } from '@kubetape/apimachinery'
import { contentKinds, type ResourceContent } from './namespace-content.ts'
import { plan } from './plan.ts'

const NOW_MS = Date.UTC(2024, 4, 1, 12)
const namespace = (finalizers = ['kubernetes']): Namespace => ({
  metadata: { name: 'ns', deletionTimestamp: '2024-05-01T11:00:00Z', resourceVersion: '7' },
  spec: { finalizers },
  status: { phase: 'Terminating' },
})
const content = (kind: unknown, remaining: KubeObject[] = [], failure?: string): ResourceContent => ({
  kind: kind as Kind,
  remaining,
  failure,
})
const held = (...finalizers: string[]): KubeObject => ({ metadata: { name: 'x', finalizers }, spec: {} })

describe('plan()', () => {
  test('lets the namespace go when nothing is left, and says so first', () => {
    const { status, finalize, requeueAfterMs } = plan(namespace(['example.com/own', 'kubernetes']), [content(ConfigMap)], 0, NOW_MS)
    expect(status!.status!.conditions!.map(({ type, status: is, reason, message }) => [type, is, reason, message])).toEqual([
      ['NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered', 'All resources successfully discovered'],
      ['NamespaceDeletionGroupVersionParsingFailure', 'False', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
      ['NamespaceDeletionContentFailure', 'False', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
      ['NamespaceContentRemaining', 'False', 'ContentRemoved', 'All content successfully removed'],
      ['NamespaceFinalizersRemaining', 'False', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
    ])
    expect(finalize!.spec.finalizers).toEqual(['example.com/own'])
    expect(requeueAfterMs).toBeUndefined()
  })

  test('tells what remains and which finalizers hold it, sorted, and looks again', () => {
    const contents = [
      content(Pod, [held('b.com/x'), held('a.com/x', 'b.com/x')]),
      content(ConfigMap, [held()]),
      content(Deployment, [held()]),
    ]
    const { status, finalize, requeueAfterMs } = plan(namespace(), contents, 0, NOW_MS)
    const messages = Object.fromEntries(
      status!.status!.conditions!.map(({ type, status: is, reason, message }) => [type, [is, reason, message]]),
    )
    expect(messages['NamespaceContentRemaining']).toEqual([
      'True',
      'SomeResourcesRemain',
      'Some resources are remaining: configmaps. has 1 resource instances, deployments.apps has 1 resource instances, pods. has 2 resource instances',
    ])
    expect(messages['NamespaceFinalizersRemaining']).toEqual([
      'True',
      'SomeFinalizersRemain',
      'Some content in the namespace has finalizers remaining: a.com/x in 1 resource instances, b.com/x in 2 resource instances',
    ])
    expect(finalize).toBeUndefined()
    expect(requeueAfterMs).toBe(50)
  })

  test('tells why content could not be deleted, and keeps the namespace', () => {
    const { status, finalize } = plan(namespace(), [content(ConfigMap, [], 'configmaps: no')], 0, NOW_MS)
    expect(status!.status!.conditions![2]).toMatchObject({
      type: 'NamespaceDeletionContentFailure',
      status: 'True',
      reason: 'ContentDeletionFailed',
      message: 'Failed to delete all resource types, 1 remaining: configmaps: no',
    })
    expect(finalize).toBeUndefined()
  })

  test('writes no status when it stands already, keeps the time of conditions whose status stays, and sets it where the status changes', () => {
    const first = plan(namespace(), [content(ConfigMap, [held()])], 0, NOW_MS).status!
    expect(plan(first, [content(ConfigMap, [held()])], 1, NOW_MS + 60_000).status).toBeUndefined()
    const second = plan(first, [content(ConfigMap)], 1, NOW_MS + 60_000).status!
    expect(second.status!.conditions!.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([
      ...Array(3).fill('2024-05-01T12:00:00Z'),
      '2024-05-01T12:01:00Z',
      '2024-05-01T12:00:00Z',
    ])
  })

  test('leaves finalizers of others to others', () => {
    expect(plan(namespace(['example.com/own']), [content(ConfigMap)], 0, NOW_MS)).toMatchObject({
      finalize: undefined,
      requeueAfterMs: undefined,
    })
  })

  test.each([
    { looks: 0, remaining: held(), expected: 50 },
    { looks: 3, remaining: held(), expected: 400 },
    { looks: 500, remaining: held(), expected: 2000 },
    {
      looks: 0,
      remaining: { metadata: { deletionGracePeriodSeconds: 30 }, spec: { nodeName: 'n' }, status: { phase: 'Running' } },
      expected: 250,
    },
    { looks: 0, remaining: { metadata: {}, spec: { terminationGracePeriodSeconds: 30 }, status: { phase: 'Running' } }, expected: 50 },
    {
      looks: 0,
      remaining: { metadata: { deletionGracePeriodSeconds: 30 }, spec: { nodeName: 'n' }, status: { phase: 'Failed' } },
      expected: 50,
    },
  ])('looks again after $expected ms when it looked $looks times', ({ looks, remaining, expected }) => {
    expect(plan(namespace(), [content(Pod, [remaining])], looks, NOW_MS).requeueAfterMs).toBe(expected)
  })
})

describe('contentKinds()', () => {
  const definition = (scope: string, established: string): CustomResourceDefinition => ({
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope,
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        { name: 'v2', served: true, storage: false },
        { name: 'v1', served: true, storage: true },
      ],
    },
    status: {
      acceptedNames: { plural: 'widgets', kind: 'Widget' },
      storedVersions: ['v1'],
      conditions: [{ type: 'Established', status: established }],
    },
  })

  test('answers one kind per namespaced resource, custom ones by their stored version when they are established', () => {
    const builtin = [ConfigMap, { ...ConfigMap, version: 'v2' }, Node] as Kind[]
    expect(contentKinds(builtin, [definition('Namespaced', 'True')])).toEqual([
      ConfigMap,
      { group: 'example.com', version: 'v1', kind: 'Widget', resource: 'widgets', namespaced: true },
    ])
    expect(contentKinds(builtin, [definition('Namespaced', 'False')])).toEqual([ConfigMap])
    expect(contentKinds(builtin, [definition('Cluster', 'True')])).toEqual([ConfigMap])
  })
})
