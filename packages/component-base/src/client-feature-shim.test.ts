import { describe, expect, test } from '@jest/globals'
import { featureGates, InformerResourceVersion, InOrderInformers, WatchListClient } from '@kubetape/client-go-features'
import { withFeature, withFeatureGates } from '@kubetape/client-go-features/testing'
import { addClientFeatures, useComponentGates } from './client-feature-shim.ts'
import { FeatureGateRegistry } from './feature-gate-registry.ts'

function setUp(env: Record<string, string>): { registry: FeatureGateRegistry; errors: string[] } {
  const errors: string[] = []
  const registry = new FeatureGateRegistry()
  useComponentGates(registry, { env, log: { debug() {}, warn() {}, error: (_fields, message) => void errors.push(message) } })
  return { registry, errors }
}

describe('useComponentGates()', () => {
  test('lets one flag set component gates and client features', () => {
    const { registry } = setUp({})
    registry.setFromFlag('WatchListClient=true,JobManagedBy=true')
    expect(['WatchListClient', 'JobManagedBy', 'InformerResourceVersion'].map((name) => featureGates().enabled(name))).toEqual([
      true,
      true,
      false,
    ])
  })

  test('keeps KUBE_FEATURE_* for client features, below the flag and above AllBeta', () => {
    const { registry } = setUp({
      KUBE_FEATURE_WatchListClient: 'false',
      KUBE_FEATURE_InformerResourceVersion: 'true',
      KUBE_FEATURE_JobManagedBy: 'true',
    })
    registry.setFromFlag('AllBeta=true,InformerResourceVersion=false')
    expect([WatchListClient, InformerResourceVersion, 'JobManagedBy'].map((name) => featureGates().enabled(name))).toEqual([
      false,
      false,
      false,
    ])
    expect(registry.effective().filter((gate) => gate.name === WatchListClient)).toEqual([
      { name: WatchListClient, stage: 'Beta', default: false, locked: false, since: '1.30', enabled: false, source: 'environment' },
    ])
  })

  test('reports bad values of the environment', () => {
    const { registry, errors } = setUp({ KUBE_FEATURE_WatchListClient: 'maybe' })
    expect(registry.enabled(WatchListClient)).toBe(false)
    expect(errors).toEqual([
      'cannot set feature gate "WatchListClient" to "maybe", due to strconv.ParseBool: parsing "maybe": invalid syntax',
    ])
  })

  test('shows features of later releases, locked as this code behaves, whatever release is emulated', () => {
    const registry = new FeatureGateRegistry({ emulatedVersion: '1.30' })
    addClientFeatures(registry, { env: {}, log: { debug() {}, warn() {}, error() {} } })
    expect(registry.effective().filter((gate) => gate.name === InOrderInformers)).toEqual([
      { name: InOrderInformers, stage: 'Beta', default: true, locked: true, since: '1.33', enabled: true, source: 'default' },
    ])
    expect(() => registry.setFromFlag('InOrderInformers=false')).toThrow('feature is locked to true')
  })

  test('lets tests toggle features through the registry', async () => {
    const { registry } = setUp({})
    expect(await withFeature(WatchListClient, true, () => registry.enabled(WatchListClient))).toBe(true)
    expect(registry.effective().find((gate) => gate.name === WatchListClient)).toMatchObject({ enabled: false, source: 'default' })
  })
})

describe('addClientFeatures()', () => {
  test('leaves the gates of the process alone', async () => {
    const former = { enabled: () => true }
    await withFeatureGates(former, () => {
      addClientFeatures(new FeatureGateRegistry(), { env: {}, log: { debug() {}, warn() {}, error() {} } })
      expect(featureGates().enabled(WatchListClient)).toBe(true)
    })
  })
})
