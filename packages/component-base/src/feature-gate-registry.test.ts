import { describe, expect, test } from '@jest/globals'
import { componentFeatureGates } from '@kubetape/api'
import { FeatureGateRegistry } from './feature-gate-registry.ts'

const features = {
  AllAlpha: { stage: 'Alpha', default: false, lockToDefault: false },
  AllBeta: { stage: 'Beta', default: false, lockToDefault: false },
  AlphaOff: { stage: 'Alpha', default: false, lockToDefault: false },
  BetaOn: { stage: 'Beta', default: true, lockToDefault: false },
  BetaOff: { stage: 'Beta', default: false, lockToDefault: false },
  Locked: { stage: 'GA', default: true, lockToDefault: true },
  Stable: { stage: 'GA', default: true, lockToDefault: false },
  Old: { stage: 'Deprecated', default: false, lockToDefault: false },
} as const

const standing = (registry: FeatureGateRegistry): Record<string, string> =>
  Object.fromEntries(registry.effective().map((gate) => [gate.name, `${gate.enabled} ${gate.source}`]))

describe('enabled()', () => {
  test('answers the defaults of v1.31 for every gate of the data', () => {
    const registry = new FeatureGateRegistry()
    for (const gate of componentFeatureGates()) expect([gate.name, registry.enabled(gate.name)]).toEqual([gate.name, gate.default])
    expect(registry.effective()).toHaveLength(componentFeatureGates().length)
  })

  test('throws for an unknown gate and names it', () => {
    expect(() => new FeatureGateRegistry().enabled('Nobody')).toThrow('Cannot read feature gate "Nobody": it is not registered')
  })
})

describe('setFromFlag()', () => {
  test('sets gates, again and again', () => {
    const registry = new FeatureGateRegistry({ features })
    expect(registry.setFromFlag(['AlphaOff=true,BetaOn=false', 'BetaOff=true'])).toEqual([])
    registry.setFromFlag('BetaOff=false')
    expect(standing(registry)).toMatchObject({ AlphaOff: 'true flag', BetaOn: 'false flag', BetaOff: 'false flag', Stable: 'true default' })
  })

  test.each([['AllAlpha=true,AllBeta=false,BetaOn=true'], ['BetaOn=true,AllBeta=false,AllAlpha=true']])(
    'lets %s set all gates of a stage, single settings above',
    (flag) => {
      const registry = new FeatureGateRegistry({ features })
      registry.setFromFlag(flag)
      expect(standing(registry)).toEqual({
        AllAlpha: 'true flag',
        AllBeta: 'false flag',
        AlphaOff: 'true AllAlpha',
        BetaOff: 'false AllBeta',
        BetaOn: 'true flag',
        Locked: 'true default',
        Old: 'false default',
        Stable: 'true default',
      })
    },
  )

  test('turns every Alpha gate of v1.31 on and leaves the others', () => {
    const registry = new FeatureGateRegistry()
    registry.setFromFlag('AllAlpha=true')
    for (const gate of componentFeatureGates()) {
      expect([gate.name, registry.enabled(gate.name)]).toEqual([gate.name, gate.stage === 'Alpha' || gate.default])
    }
  })

  test('warns about gates that will disappear', () => {
    expect(new FeatureGateRegistry({ features }).setFromFlag('Stable=false,Old=true,Locked=true,BetaOn=true')).toEqual([
      'Setting GA feature gate Stable=false. It will be removed in a future release.',
      'Setting deprecated feature gate Old=true. It will be removed in a future release.',
      'Setting GA feature gate Locked=true. It will be removed in a future release.',
    ])
  })

  test.each([
    ['X=true', 'unrecognized feature gate: X'],
    ['locked=true', 'unrecognized feature gate: locked'],
    ['Locked=false', 'cannot set feature gate Locked to false, feature is locked to true'],
    ['X=true,Locked=false', '[unrecognized feature gate: X, cannot set feature gate Locked to false, feature is locked to true]'],
  ])('refuses %s with the text of upstream and changes nothing', (flag, text) => {
    const registry = new FeatureGateRegistry({ features })
    expect(() => registry.setFromFlag(`AlphaOff=true,${flag}`)).toThrow(expect.objectContaining({ message: text }))
    expect(registry.enabled('AlphaOff')).toBe(false)
  })

  test.each(['AWS', 'AzureDisk', 'AzureFile', 'GCE', 'OpenStack', 'vSphere'])(
    'says what to do about the removed InTreePlugin%sUnregister',
    (plugin) => {
      const gate = `InTreePlugin${plugin}Unregister`
      expect(() => new FeatureGateRegistry().setFromFlag(`${gate}=true`)).toThrow(
        new RegExp(`^unrecognized feature gate: ${gate} \\(it was removed in v1\\.31; .*take the gate out of your settings\\)$`),
      )
    },
  )

  test('still takes the one gate of that family that v1.31 has', () => {
    const registry = new FeatureGateRegistry()
    registry.setFromFlag('InTreePluginPortworxUnregister=true')
    expect(registry.enabled('InTreePluginPortworxUnregister')).toBe(true)
  })
})

describe('set()', () => {
  test('stands above flag and environment', () => {
    const registry = new FeatureGateRegistry({ features })
    registry.setFromEnvironment(new Map([['BetaOff', true]]))
    expect(standing(registry)['BetaOff']).toBe('true environment')
    registry.setFromFlag('BetaOff=false')
    expect(standing(registry)['BetaOff']).toBe('false flag')
    registry.set('BetaOff', true)
    expect(standing(registry)['BetaOff']).toBe('true program')
  })

  test('refuses unknown and locked gates', () => {
    const registry = new FeatureGateRegistry({ features })
    expect(() => registry.set('X', true)).toThrow('unrecognized feature gate: X')
    expect(() => registry.set('Locked', false)).toThrow('cannot set feature gate Locked to false, feature is locked to true')
  })
})

describe('add()', () => {
  test('takes new gates and known ones with the same lifecycle', () => {
    const registry = new FeatureGateRegistry({ features })
    registry.setFromFlag('AllAlpha=true')
    const fresh = { stage: 'Alpha', default: false, lockToDefault: false, since: '1.31' } as const
    registry.add({ Fresh: fresh, AlphaOff: fresh })
    expect(registry.enabled('Fresh')).toBe(true)
  })

  test('refuses a known gate with another lifecycle', () => {
    const other = { stage: 'Beta', default: true, lockToDefault: false, since: '1.31' } as const
    expect(() => new FeatureGateRegistry({ features }).add({ AlphaOff: other })).toThrow(
      'Cannot add feature gate "AlphaOff": it is registered with another stage, default or lock',
    )
  })
})
