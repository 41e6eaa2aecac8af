import { describe, expect, test } from '@jest/globals'
import { featureGates, InOrderInformers, WatchListClient } from '@kubetape/client-go-features'
import { withFeatureGates } from '@kubetape/client-go-features/testing'
import { addClientFeatures, FeatureGateRegistry } from '@kubetape/component-base'
import { VirtualClock } from '@kubetape/determinism/testing'
import { ControlPlane, type ControlPlaneOptions } from './control-plane.ts'
import { gatesOf } from './gate-options.ts'

interface Line {
  readonly level: string
  readonly message: string
  readonly fields: Record<string, unknown> | undefined
}

async function withPlane(
  options: ControlPlaneOptions,
  look: (plane: ControlPlane, lines: readonly Line[]) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock()
  const lines: Line[] = []
  const line = (level: string) => (message: string, fields?: Record<string, unknown>) => void lines.push({ level, message, fields })
  const logger = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  const starting = ControlPlane.start({ clock, controllers: ['job'], ...options, log: () => logger })
  await clock.advance(1000)
  const plane = await starting
  try {
    await look(plane, lines)
  } finally {
    const stopping = plane.stop()
    await clock.advance(1000)
    await stopping
  }
}

const quiet = { env: {}, log: { debug: () => undefined, warn: () => undefined, error: () => undefined } }

describe('gatesOf()', () => {
  test('knows gates and client features, and asks nothing of the environment', () => {
    process.env['KUBE_FEATURE_WatchListClient'] = 'true'
    try {
      const gates = gatesOf({ featureGates: 'ImageVolume=true' })
      expect([gates.enabled('ImageVolume'), gates.enabled(InOrderInformers), gates.enabled(WatchListClient)]).toEqual([true, true, false])
    } finally {
      delete process.env['KUBE_FEATURE_WatchListClient']
    }
  })
})

describe('ControlPlane.start()', () => {
  const set = ({ message }: Line): boolean => message === 'Feature gates that are set'

  test('logs gates, warns about those that will be removed, and shows them in metrics', async () => {
    await withPlane({ featureGates: 'AppArmor=true,WatchList=true,WatchListClient=true' }, async (plane, lines) => {
      expect(lines.filter(set)).toEqual([
        {
          level: 'info',
          message: 'Feature gates that are set',
          fields: { featureGates: { AppArmor: 'true (flag)', WatchList: 'true (flag)', WatchListClient: 'true (flag)' } },
        },
      ])
      expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual(
        expect.arrayContaining([
          'warn Setting GA feature gate AppArmor=true. It will be removed in a future release.',
          'debug All feature gates',
        ]),
      )
      const metrics = await plane.metrics.text()
      expect(metrics).toContain('kubernetes_feature_enabled{name="WatchListClient",stage="BETA"} 1')
      expect(metrics).toContain('kubernetes_feature_enabled{name="InformerResourceVersion",stage="ALPHA"} 0')
    })
  })

  test('runs by gates of its own, of another release too, and leaves those of the process alone', async () => {
    const gates = new FeatureGateRegistry({ emulatedVersion: '1.30' })
    addClientFeatures(gates, quiet)
    await withFeatureGates({ enabled: () => true }, async () => {
      await withPlane({ gates }, async (plane) => {
        expect(plane.gates).toBe(gates)
        const metrics = await plane.metrics.text()
        expect(metrics).toContain('kubernetes_feature_enabled{name="JobPodFailurePolicy",stage="BETA"} 1')
        expect(metrics).not.toContain('name="ImageVolume"')
        expect(plane.gates.enabled(WatchListClient)).toBe(false)
        expect(featureGates().enabled(WatchListClient)).toBe(true)
      })
    })
  })

  test('refuses gates together with settings for them', async () => {
    await expect(ControlPlane.start({ gates: new FeatureGateRegistry(), featureGates: 'ImageVolume=true' })).rejects.toThrow(
      'Cannot use featureGates: it does not go together with gates, which say everything',
    )
  })
})
