import { afterEach, describe, expect, test } from '@jest/globals'
import type { Namespace } from '@kubetape/api/types/core/v1'
import { Namespace as NamespaceKind, ServiceAccount } from '@kubetape/api/kinds'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { plan } from './plan.ts'
import { serviceAccountController } from './service-account-controller.ts'

const namespace = (phase?: 'Active' | 'Terminating'): Namespace => ({
  metadata: { name: 'ns' },
  spec: {},
  ...(phase ? { status: { phase } } : {}),
})

describe('plan()', () => {
  test.each([
    { title: 'an active namespace has none', known: namespace('Active'), present: [], expected: ['default'] },
    { title: 'it has one already', known: namespace('Active'), present: ['default'], expected: [] },
    { title: 'the namespace is terminating', known: namespace('Terminating'), present: [], expected: [] },
    { title: 'the namespace has no phase yet', known: namespace(), present: [], expected: [] },
    { title: 'the namespace is gone', known: undefined, present: [], expected: [] },
  ])('answers $expected when $title', ({ known, present, expected }) => {
    expect(plan({ namespace: known, present: new Set(present) }, ['default'])).toEqual(expected)
  })
})

describe('serviceAccountController()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })

  test('gives every active namespace its account, and again when it is deleted', async () => {
    running = await runControllers([serviceAccountController()])
    const { cluster, clock } = running
    await cluster.create(NamespaceKind, namespace('Active'))
    await clock.advance(1)
    const target = { namespace: 'ns', name: 'default' }
    const first = await cluster.get(ServiceAccount, target)
    expect(first).toMatchObject({ metadata: target })
    await cluster.delete(ServiceAccount, target)
    await clock.advance(1)
    expect((await cluster.get(ServiceAccount, target)).metadata.uid).not.toBe(first.metadata.uid)
    await cluster.create(ServiceAccount, { metadata: { namespace: 'ns', name: 'other' } })
    await cluster.delete(ServiceAccount, { namespace: 'ns', name: 'other' })
    await clock.advance(1)
    expect(cluster.writes.filter((write) => write === 'create serviceaccounts/default')).toHaveLength(2)
  })
})
