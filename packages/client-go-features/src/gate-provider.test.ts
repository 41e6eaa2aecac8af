import { beforeEach, describe, expect, test } from '@jest/globals'
import { EnvironmentGates } from './environment-gates.ts'
import type { FeatureSpecs } from './feature-spec.ts'
import { addFeaturesToExistingFeatureGates, featureGates, replaceFeatureGates, setFeatureLog } from './gate-provider.ts'
import { clientFeatures, InformerResourceVersion, WatchListClient } from './known-features.ts'
import { withFeature } from './testing/with-feature.ts'

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
    expect(warnings).toEqual(['The feature gates are replaced after they were read: what ran before may have decided by other values'])
  })
})

describe('addFeaturesToExistingFeatureGates()', () => {
  test('gives every client feature with its spec', () => {
    let added: FeatureSpecs = {}
    addFeaturesToExistingFeatureGates({ add: (features) => void (added = features) })
    expect(added).toEqual({
      InformerResourceVersion: { stage: 'Alpha', default: false, lockToDefault: false, since: '1.30' },
      WatchListClient: { stage: 'Beta', default: false, lockToDefault: false, since: '1.30' },
    })
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

  test('refuses gates that cannot be set', async () => {
    replaceFeatureGates({ enabled: () => true })
    await expect(withFeature(WatchListClient, false, () => 1)).rejects.toThrow(
      'Cannot set feature "WatchListClient" for a test: the feature gates in use have no set()',
    )
  })
})
