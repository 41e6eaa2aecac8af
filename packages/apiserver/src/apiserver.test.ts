import { expect, describe, test } from '@jest/globals'
import { componentFeatureGates } from '@kubetape/api'
import { ClusterRole, ConfigMap, ValidatingWebhookConfiguration } from '@kubetape/api/kinds'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { Storage } from '@kubetape/storage'
import { Apiserver } from './apiserver.ts'

describe('Apiserver', () => {
  test('starts, and makes what every cluster has, whatever webhooks fail', async () => {
    const clock = new VirtualClock()
    const random = seededRandom(1)
    const storage = Storage.open({ log: createMemoryLog({ clock, random }), clock })
    const values = new Map(componentFeatureGates().map((gate) => [gate.name, gate.default]))
    const inTime = async <T>(work: Promise<T>): Promise<T> => {
      let done = false
      const mark = (): void => void (done = true)
      work.then(mark, mark)
      await clock.advanceUntil(() => done)
      return work
    }
    const start = (): Promise<Apiserver> =>
      inTime(
        Apiserver.create({
          storage,
          clock,
          random,
          gates: { enabled: (name) => values.get(name) ?? false },
          actorCause: () => 'actor',
          runtimeConfig: {},
          metrics: () => Promise.resolve(''),
          log: () => undefined,
          webhooks: { post: () => Promise.reject(new Error('EOF')), close: () => undefined },
        }),
      )
    const first = await start()
    const client = first.client({ name: 'admin', groups: ['system:masters'] }, 'test')
    await inTime(
      client.create(ValidatingWebhookConfiguration, {
        metadata: { name: 'broken' },
        webhooks: [
          {
            name: 'broken.example.com',
            clientConfig: { url: 'https://hooks.example' },
            rules: [{ operations: ['CREATE'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }],
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
          },
        ],
      }),
    )
    await inTime(client.delete(ClusterRole, { name: 'view' }))
    await inTime(first.close())
    const second = await start()
    const again = second.client({ name: 'admin', groups: ['system:masters'] }, 'test')
    expect((await inTime(again.get(ClusterRole, { name: 'view' }))).metadata.name).toBe('view')
    await expect(inTime(again.create(ConfigMap, { metadata: { name: 'x', namespace: 'default' } }))).rejects.toThrow(
      'failed calling webhook "broken.example.com"',
    )
    await inTime(second.close())
  })
})
