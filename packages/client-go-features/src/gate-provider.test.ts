import { beforeEach, describe, expect, test } from '@jest/globals'
import { EnvironmentGates } from './environment-gates.ts'
import type { FeatureSpecs } from './feature-spec.ts'
import { addFeaturesToExistingFeatureGates, featureGates, replaceFeatureGates, setFeatureLog } from './gate-provider.ts'
import { clientFeatures, InformerResourceVersion, WatchListClient } from './known-features.ts'
import { setFeatureDuringTest, withFeature, withFeatureGates } from './testing/with-feature.ts'

const LATE = 'The feature gates are replaced after they were read: what ran before may have decided by other values'
const warnings: string[] = []
const log = { debug() {}, warn: (_fields: object, message: string) => void warnings.push(message), error() {} }

beforeEach(() => {
  setFeatureLog(log)
  replaceFeatureGates(new EnvironmentGates({ features: clientFeatures, env: {}, log }))
  warnings.length = 0
})

describe('featureGates()', () => {
  test('answers the defaults of v1.31 and throws for what it does not know', () => {
    expect([featureGates().enabled(WatchListClient), featureGates().enabled(InformerResourceVersion)]).toEqual([false, false])
    expect(() => featureGates().enabled('ClientsAllowCBOR')).toThrow('"ClientsAllowCBOR"')
  })
})

describe('replaceFeatureGates()', () => {
  test('lets the new gates answer, silently before the first question', () => {
    replaceFeatureGates({ enabled: () => true })
    expect(featureGates().enabled(WatchListClient)).toBe(true)
    expect(warnings).toEqual([])
  })

  test('warns when the gates of the environment were read', () => {
    featureGates().enabled(WatchListClient)
    replaceFeatureGates({ enabled: () => true })
    expect(warnings).toEqual([LATE])
  })

  test('warns when gates that replaced others were read', () => {
    replaceFeatureGates({ enabled: () => true })
    replaceFeatureGates({ enabled: () => false })
    expect(warnings).toEqual([])
    featureGates().enabled(WatchListClient)
    replaceFeatureGates({ enabled: () => true })
    replaceFeatureGates({ enabled: () => false })
    expect(warnings).toEqual([LATE])
  })

  test('warns when somebody who holds the gates of the environment has read them', () => {
    const gates = new EnvironmentGates({ features: clientFeatures, env: {}, log })
    replaceFeatureGates(gates)
    gates.enabled(WatchListClient)
    replaceFeatureGates({ enabled: () => true })
    expect(warnings).toEqual([LATE])
  })

  test('does not take a reading by a test helper for a reading', async () => {
    await withFeature(WatchListClient, true, () => undefined)
    await withFeatureGates({ enabled: () => true }, () => featureGates().enabled(WatchListClient))
    replaceFeatureGates({ enabled: () => true })
    expect(warnings).toEqual([])
  })
})

describe('addFeaturesToExistingFeatureGates()', () => {
  test('gives every client feature with its spec', () => {
    let added: FeatureSpecs = {}
    addFeaturesToExistingFeatureGates({ add: (features) => void (added = features) })
    expect(added).toBe(clientFeatures)
    expect(Object.keys(added)).toEqual(Object.keys(added).toSorted())
  })
})

describe('withFeature()', () => {
  test('sets a feature while the function runs, and nests', async () => {
    const seen = await withFeature(WatchListClient, true, async () => {
      const inner = await withFeature(WatchListClient, false, () => featureGates().enabled(WatchListClient))
      await Promise.resolve()
      return [inner, featureGates().enabled(WatchListClient)]
    })
    expect(seen).toEqual([false, true])
    expect(featureGates().enabled(WatchListClient)).toBe(false)
  })

  test('puts the value back when the function fails', async () => {
    const failing = withFeature(WatchListClient, true, () => {
      throw new Error('failed inside')
    })
    await expect(failing).rejects.toThrow('failed inside')
    expect(featureGates().enabled(WatchListClient)).toBe(false)
  })

  test('puts a layer above gates that cannot be set', async () => {
    replaceFeatureGates({ enabled: () => true })
    const seen = await withFeature(WatchListClient, false, () =>
      [WatchListClient, InformerResourceVersion].map((feature) => featureGates().enabled(feature)),
    )
    expect(seen).toEqual([false, true])
    expect(featureGates().enabled(WatchListClient)).toBe(true)
  })

  test('lets whoever decided before decide again', async () => {
    const gates = new EnvironmentGates({ features: clientFeatures, env: { KUBE_FEATURE_WatchListClient: 'true' }, log })
    replaceFeatureGates(gates)
    await withFeature(WatchListClient, false, () => undefined)
    expect([gates.setting(WatchListClient), featureGates().enabled(WatchListClient)]).toEqual([undefined, true])
  })

  test.each([
    ['Nobody', true, 'Cannot set feature "Nobody"'],
    ['AtomicFIFO', false, 'feature is locked to true'],
  ])('refuses %s=%s', async (feature, value, text) => {
    await expect(withFeature(feature, value, () => 1)).rejects.toThrow(text)
  })
})

describe('setFeatureDuringTest()', () => {
  test('holds to the end of a block', () => {
    {
      using _ = setFeatureDuringTest(WatchListClient, true)
      expect(featureGates().enabled(WatchListClient)).toBe(true)
    }
    expect(featureGates().enabled(WatchListClient)).toBe(false)
  })
})

describe('withFeatureGates()', () => {
  test('lets other gates answer while the function runs, even when it fails', async () => {
    const failing = withFeatureGates({ enabled: () => true }, async () => {
      await Promise.resolve()
      throw new Error(`failed with ${featureGates().enabled('anything')}`)
    })
    await expect(failing).rejects.toThrow('failed with true')
    expect(featureGates().enabled(WatchListClient)).toBe(false)
  })
})
