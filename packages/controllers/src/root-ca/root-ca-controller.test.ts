import { afterEach, describe, expect, test } from '@jest/globals'
import type { ConfigMap, Namespace } from '@kubetape/api/types/core/v1'
import { ConfigMap as ConfigMapKind, Namespace as NamespaceKind } from '@kubetape/api/kinds'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { plan } from './plan.ts'
import { rootCaController } from './root-ca-controller.ts'

const namespace = (phase: 'Active' | 'Terminating'): Namespace => ({ metadata: { name: 'ns' }, spec: {}, status: { phase } })
const bundle = (data: Record<string, string>, metadata: ConfigMap['metadata'] = {}): ConfigMap => ({
  metadata: { name: 'kube-root-ca.crt', namespace: 'ns', ...metadata },
  data,
})
const described = { annotations: { 'kubernetes.io/description': 'mine' } }

describe('plan()', () => {
  test('creates the bundle with its description when an active namespace has none', () => {
    expect(plan(namespace('Active'), undefined, 'CA')).toMatchObject({
      type: 'create',
      configMap: {
        metadata: {
          namespace: 'ns',
          name: 'kube-root-ca.crt',
          annotations: { 'kubernetes.io/description': expect.stringMatching(/^Contains a CA bundle/) },
        },
        data: { 'ca.crt': 'CA' },
      },
    })
  })

  test.each([
    { title: 'the certificates differ', known: bundle({ 'ca.crt': 'old' }, described) },
    { title: 'there is more in it', known: bundle({ 'ca.crt': 'CA', more: 'x' }, described) },
    { title: 'the description is missing', known: bundle({ 'ca.crt': 'CA' }) },
  ])('puts the bundle right when $title', ({ known }) => {
    const action = plan(namespace('Active'), { ...known, metadata: { ...known.metadata, labels: { kept: 'yes' } } }, 'CA')
    expect(action).toMatchObject({ type: 'update', configMap: { metadata: { labels: { kept: 'yes' } } } })
    expect(action!.configMap.data).toEqual({ 'ca.crt': 'CA' })
  })

  test.each([
    { title: 'it is as it should be, under any description', known: bundle({ 'ca.crt': 'CA' }, described), of: namespace('Active') },
    { title: 'the namespace is terminating', known: undefined, of: namespace('Terminating') },
    { title: 'the namespace is gone', known: undefined, of: undefined },
  ])('does nothing when $title', ({ known, of }) => {
    expect(plan(of, known, 'CA')).toBeUndefined()
  })
})

describe('rootCaController()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })

  test('publishes the bundle, and puts it back when it was changed or deleted', async () => {
    running = await runControllers([rootCaController({ ca: 'CA' })])
    const { cluster, clock } = running
    await cluster.create(NamespaceKind, namespace('Active'))
    await clock.advance(1)
    const target = { namespace: 'ns', name: 'kube-root-ca.crt' }
    const first = await cluster.get(ConfigMapKind, target)
    await cluster.patch(ConfigMapKind, target, { type: 'merge', body: { data: { 'ca.crt': 'changed', more: 'x' } } })
    await clock.advance(1)
    expect((await cluster.get(ConfigMapKind, target)).data).toEqual({ 'ca.crt': 'CA' })
    await cluster.delete(ConfigMapKind, target)
    await clock.advance(1)
    expect((await cluster.get(ConfigMapKind, target)).metadata.uid).not.toBe(first.metadata.uid)
    expect(cluster.writes.filter((write) => write === 'update configmaps/kube-root-ca.crt')).toHaveLength(1)
  })
})
