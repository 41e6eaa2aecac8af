import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { featureGates, InformerResourceVersion, WatchListClient } from '@kubetape/client-go-features'
import { withFeatureGates } from '@kubetape/client-go-features/testing'
import { controllerFor } from './controller.ts'
import { managerBench } from './testing/manager-bench.ts'

const bench = managerBench()

describe('ManagerOptions.gates', () => {
  test('answer for the informers and reconcilers of this manager; those of the process are not asked', async () => {
    await bench().put('ns/one')
    const seen: boolean[] = []
    const controller = controllerFor(ConfigMap)
      .named('asks')
      .reconcile(async (_request, { gates }) => void seen.push(gates.enabled(WatchListClient), gates.enabled('MyFeature')))
    const neverAsked = {
      enabled(feature: string): boolean {
        throw new Error(`the gates of the process were asked for ${feature}`)
      },
    }
    await withFeatureGates(neverAsked, async () => {
      const own = { enabled: (feature: string) => feature === 'MyFeature' || feature === InformerResourceVersion }
      const manager = await bench().start([controller], { gates: own })
      expect(manager.informer(ConfigMap).lastSyncResourceVersion).not.toBe('')
    })
    expect(seen).toEqual([false, true])
  })

  test('of two managers in one process may differ', async () => {
    const on = await bench().start([], { gates: { enabled: (feature) => feature === InformerResourceVersion } })
    const off = await bench().start([], { gates: { enabled: () => false } })
    const informers = [on, off].map((manager) => manager.informer(ConfigMap))
    await bench().clock.advance(0)
    await bench().put('ns/one')
    expect(informers.map(({ lastSyncResourceVersion }) => lastSyncResourceVersion !== '')).toEqual([true, false])
  })

  test('may be those of the process: `featureGates()`', async () => {
    await withFeatureGates({ enabled: (feature) => feature === InformerResourceVersion }, async () => {
      const manager = await bench().start([], { gates: featureGates() })
      manager.informer(ConfigMap)
      await bench().clock.advance(0)
      await bench().put('ns/one')
      expect(manager.informer(ConfigMap).lastSyncResourceVersion).not.toBe('')
    })
  })
})
