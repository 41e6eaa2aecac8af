import { describe, expect, test } from '@jest/globals'
import { FeatureGateRegistry } from './feature-gate-registry.ts'
import { type FlagRow, standing, VERSIONED } from './testing/example-gates.ts'

// What the tests of component-base's featuregate (v1.31) check about versions of gates, one row each.

describe('versions', () => {
  test.each([
    ['1.26', '-AllAlpha -AllBeta Fading -Plain'],
    ['1.27', '-AllAlpha -AllBeta Fading -Grown -Plain'],
    ['1.28', '-AllAlpha -AllBeta -Beta Fading Grown -LockedFalse -Plain'],
    ['1.29', '-AllAlpha -AllBeta -Alpha -Beta Fading Grown -LockedFalse -Plain'],
    ['1.31', '-AllAlpha -AllBeta -Alpha -Beta -Fading Grown -LockedFalse -Plain'],
  ])('at %s the gates are %s', (emulatedVersion, expected) => {
    expect(standing(new FeatureGateRegistry({ features: VERSIONED, emulatedVersion }))).toBe(expected)
  })

  const PRE_ALPHA = 'cannot set feature gate Alpha to true, feature is PreAlpha at emulated version 1.28 (it came with v1.29)'
  const LOCKED = 'cannot set feature gate LockedFalse to true, feature is locked to false'
  const ROWS: readonly (FlagRow & { at: string })[] = [
    { at: '1.28', flags: ['AllAlpha=true'], standing: 'AllAlpha -AllBeta -Beta Fading Grown -LockedFalse Plain' },
    { at: '1.29', flags: ['AllAlpha=true'], standing: 'AllAlpha -AllBeta Alpha -Beta Fading Grown -LockedFalse Plain' },
    { at: '1.27', flags: ['AllAlpha=true'], standing: 'AllAlpha -AllBeta Fading Grown Plain' },
    { at: '1.28', flags: ['AllBeta=false'], standing: '-AllAlpha -AllBeta -Beta -Fading -Grown -LockedFalse -Plain' },
    { at: '1.31', flags: ['AllBeta=false'], standing: '-AllAlpha -AllBeta -Alpha -Beta -Fading Grown -LockedFalse -Plain' },
    { at: '1.28', flags: ['Alpha=true'], standing: '-AllAlpha -AllBeta -Beta Fading Grown -LockedFalse -Plain', error: PRE_ALPHA },
    { at: '1.28', flags: ['LockedFalse=true'], standing: '-AllAlpha -AllBeta -Beta Fading Grown LockedFalse -Plain' },
    {
      at: '1.29',
      flags: ['LockedFalse=true'],
      standing: '-AllAlpha -AllBeta -Alpha -Beta Fading Grown -LockedFalse -Plain',
      error: LOCKED,
    },
    { at: '1.29', flags: ['Grown=false'], standing: '-AllAlpha -AllBeta -Alpha -Beta Fading -Grown -LockedFalse -Plain' },
  ]

  test.each(ROWS)('at $at $flags gives $standing', ({ at, flags, standing: expected, error }) => {
    const registry = new FeatureGateRegistry({ features: VERSIONED, emulatedVersion: at })
    const set = (): unknown => registry.setFromFlag(flags)
    if (error === undefined) set()
    else expect(set).toThrow(expect.objectContaining({ message: error }))
    expect(standing(registry)).toBe(expected)
  })

  test("a gate that came later is off for code that asks, and in nobody's list", () => {
    const registry = new FeatureGateRegistry({ features: VERSIONED, emulatedVersion: '1.28' })
    expect(registry.enabled('Alpha')).toBe(false)
    expect(registry.effective().map(({ name }) => name)).not.toContain('Alpha')
    expect(registry.knownFeatures().filter((text) => text.startsWith('Alpha='))).toEqual([])
    expect(() => registry.enabled('Nobody')).toThrow('"Nobody"')
  })

  test('warnings are about what the gate is at the emulated release', () => {
    const warnings = (emulatedVersion: string) =>
      new FeatureGateRegistry({ features: VERSIONED, emulatedVersion }).setFromFlag('Grown=true,Fading=true')
    expect(warnings('1.29')).toEqual([])
    expect(warnings('1.30')).toEqual([
      'Setting GA feature gate Grown=true. It will be removed in a future release.',
      'Setting deprecated feature gate Fading=true. It will be removed in a future release.',
    ])
  })
})
