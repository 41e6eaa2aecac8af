import { describe, expect, test } from '@jest/globals'
import { FeatureGateRegistry } from './feature-gate-registry.ts'
import { exposeFeatureGates, logFeatureGates } from './feature-gate-report.ts'
import { MetricsRegistry } from './metrics-registry.ts'

const features = {
  AlphaOff: { stage: 'Alpha', default: false, lockToDefault: false },
  BetaOn: { stage: 'Beta', default: true, lockToDefault: false },
  Old: { stage: 'Deprecated', default: false, lockToDefault: false },
  Stable: { stage: 'GA', default: true, lockToDefault: true },
} as const

describe('exposeFeatureGates()', () => {
  test('shows every gate with the stage labels of upstream, as it stands when collected', async () => {
    const registry = new FeatureGateRegistry({ features })
    const metrics = new MetricsRegistry()
    exposeFeatureGates(registry, metrics)
    registry.setFromFlag('AlphaOff=true')
    expect((await metrics.text()).split('\n').filter((line) => line.startsWith('kubernetes_feature_enabled'))).toEqual([
      'kubernetes_feature_enabled{name="AlphaOff",stage="ALPHA"} 1',
      'kubernetes_feature_enabled{name="BetaOn",stage="BETA"} 1',
      'kubernetes_feature_enabled{name="Old",stage="DEPRECATED"} 0',
      'kubernetes_feature_enabled{name="Stable",stage=""} 1',
    ])
  })
})

describe('logFeatureGates()', () => {
  test('writes what is set at info and everything at debug', () => {
    const registry = new FeatureGateRegistry({ features })
    registry.setFromFlag('BetaOn=false')
    const lines: unknown[] = []
    logFeatureGates(registry, { debug: (fields) => lines.push(['debug', fields]), info: (fields) => lines.push(['info', fields]) })
    expect(lines).toEqual([
      ['info', { featureGates: { BetaOn: 'false (flag)' } }],
      [
        'debug',
        { featureGates: { AlphaOff: 'false (default)', BetaOn: 'false (flag)', Old: 'false (default)', Stable: 'true (default)' } },
      ],
    ])
  })
})
