import { describe, expect, test } from '@jest/globals'
import { FeatureGateRegistry } from './feature-gate-registry.ts'
import { type FlagRow, spec, standing, UNVERSIONED, VERSIONED } from './testing/example-gates.ts'

// What the tests of component-base's featuregate (v1.31) check, one row each. Gate dependencies came later: there are none here.

const NONE = '-AllAlpha -AllBeta -Alpha -Beta -LockedFalse'

describe('flags of gates without versions', () => {
  const ROWS: readonly FlagRow[] = [
    { flags: [''], standing: NONE },
    { flags: ['fooBarBaz=true'], standing: NONE, error: 'unrecognized feature gate: fooBarBaz' },
    { flags: ['AllAlpha=false'], standing: NONE },
    { flags: ['AllAlpha=true'], standing: 'AllAlpha -AllBeta Alpha -Beta -LockedFalse' },
    { flags: ['AllAlpha=banana'], standing: NONE, error: 'invalid value of AllAlpha' },
    { flags: ['AllAlpha=false,Alpha=true'], standing: '-AllAlpha -AllBeta Alpha -Beta -LockedFalse' },
    { flags: ['Alpha=true,AllAlpha=false'], standing: '-AllAlpha -AllBeta Alpha -Beta -LockedFalse' },
    { flags: ['AllAlpha=true,Alpha=false'], standing: 'AllAlpha -AllBeta -Alpha -Beta -LockedFalse' },
    { flags: ['Alpha=false,AllAlpha=true'], standing: 'AllAlpha -AllBeta -Alpha -Beta -LockedFalse' },
    { flags: ['Beta=true,AllAlpha=false'], standing: '-AllAlpha -AllBeta -Alpha Beta -LockedFalse' },
    { flags: ['AllBeta=true'], standing: '-AllAlpha AllBeta -Alpha Beta -LockedFalse' },
    { flags: ['AllBeta=false'], standing: NONE },
    { flags: ['AllBeta=banana'], standing: NONE, error: 'invalid value of AllBeta' },
    { flags: ['AllBeta=false,Beta=true'], standing: '-AllAlpha -AllBeta -Alpha Beta -LockedFalse' },
    { flags: ['Beta=true,AllBeta=false'], standing: '-AllAlpha -AllBeta -Alpha Beta -LockedFalse' },
    { flags: ['AllBeta=true,Beta=false'], standing: '-AllAlpha AllBeta -Alpha -Beta -LockedFalse' },
    { flags: ['Beta=false,AllBeta=true'], standing: '-AllAlpha AllBeta -Alpha -Beta -LockedFalse' },
    { flags: ['Alpha=true,AllBeta=false'], standing: '-AllAlpha -AllBeta Alpha -Beta -LockedFalse' },
    { flags: ['AllAlpha=true,AllBeta=true'], standing: 'AllAlpha AllBeta Alpha Beta -LockedFalse' },
    { flags: ['LockedFalse=true'], standing: NONE, error: 'cannot set feature gate LockedFalse to true, feature is locked to false' },
    { flags: ['LockedFalse=false'], standing: NONE },
    { flags: ['Alpha=true', 'Alpha=false,Beta=true'], standing: '-AllAlpha -AllBeta -Alpha Beta -LockedFalse' },
    { flags: ['kube:Alpha=true', 'kube:Beta=true'], standing: '-AllAlpha -AllBeta Alpha Beta -LockedFalse' },
    { flags: ['kube:Alpha=true', 'Beta=true'], standing: NONE, error: 'do not mix use' },
    { flags: ['Alpha'], standing: NONE, error: 'missing bool value for Alpha' },
  ]

  test.each(ROWS)('$flags gives $standing', ({ flags, standing: expected, error }) => {
    const registry = new FeatureGateRegistry({ features: UNVERSIONED })
    const set = (): unknown => registry.setFromFlag(flags)
    if (error === undefined) set()
    else expect(set).toThrow(error)
    expect(standing(registry)).toBe(expected)
  })

  test('a later setting changes what an earlier one said, and nothing else', () => {
    const registry = new FeatureGateRegistry({ features: UNVERSIONED })
    registry.setFromFlag('Alpha=true,Beta=true')
    registry.setFromFlag('Alpha=false')
    expect(standing(registry)).toBe('-AllAlpha -AllBeta -Alpha Beta -LockedFalse')
  })
})

describe('settings from a map', () => {
  test.each([
    [{ Alpha: true, Beta: true }, '-AllAlpha -AllBeta Alpha Beta -LockedFalse', undefined],
    [{ Alpha: true, Nobody: true }, NONE, 'unrecognized feature gate: Nobody'],
    [{ Alpha: true, LockedFalse: true }, NONE, 'cannot set feature gate LockedFalse to true, feature is locked to false'],
    [{ AllAlpha: true, Alpha: false }, 'AllAlpha -AllBeta -Alpha -Beta -LockedFalse', undefined],
  ])('%j gives %s', (values, expected, error) => {
    const registry = new FeatureGateRegistry({ features: UNVERSIONED })
    const set = (): unknown => registry.setFromFile(values)
    if (error === undefined) set()
    else expect(set).toThrow(error)
    expect(standing(registry)).toBe(expected)
  })

  test('a flag stands above them', () => {
    const registry = new FeatureGateRegistry({ features: UNVERSIONED })
    registry.setFromFlag('Alpha=false')
    registry.setFromFile({ Alpha: true, Beta: true })
    expect(standing(registry)).toBe('-AllAlpha -AllBeta -Alpha Beta -LockedFalse')
    expect(registry.effective().find(({ name }) => name === 'Beta')?.source).toBe('file')
  })
})

describe('knownFeatures()', () => {
  test('lists what is alpha or beta, with its default, in order', () => {
    expect(new FeatureGateRegistry({ features: VERSIONED, emulatedVersion: '1.29' }).knownFeatures()).toEqual([
      'AllAlpha=true|false (ALPHA - default=false)',
      'AllBeta=true|false (BETA - default=false)',
      'Alpha=true|false (ALPHA - default=false)',
      'Beta=true|false (BETA - default=false)',
      'Fading=true|false (BETA - default=true)',
      'Grown=true|false (BETA - default=true)',
      'Plain=true|false (ALPHA - default=false)',
    ])
  })
})

describe('overrideDefault()', () => {
  const at130 = () => new FeatureGateRegistry({ features: VERSIONED, emulatedVersion: '1.30' })

  test('is the new default, also in the list of known features', () => {
    const registry = at130()
    registry.overrideDefault('Alpha', true)
    expect(registry.enabled('Alpha')).toBe(true)
    expect(registry.knownFeatures()).toContain('Alpha=true|false (ALPHA - default=true)')
    registry.overrideDefault('Alpha', false)
    expect(registry.enabled('Alpha')).toBe(false)
  })

  test('stands below what anybody sets, before or after', () => {
    const registry = at130()
    registry.setFromFlag('Alpha=false')
    registry.overrideDefault('Alpha', true)
    registry.overrideDefault('Beta', true)
    registry.setFromFlag('Beta=false')
    expect([registry.enabled('Alpha'), registry.enabled('Beta')]).toEqual([false, false])
  })

  test.each([
    ['1.31', 'Nobody', 'cannot override default: feature "Nobody" is not registered'],
    ['1.31', 'LockedFalse', 'cannot override default: feature "LockedFalse" default is locked to false'],
    ['1.28', 'Alpha', 'cannot override default: feature "Alpha" is not available before version 1.29'],
  ])('refuses at %s %s', (emulatedVersion, name, text) => {
    expect(() => new FeatureGateRegistry({ features: VERSIONED, emulatedVersion }).overrideDefault(name, true)).toThrow(text)
  })
})

describe('copy()', () => {
  test('has gates, settings and overridden defaults, and goes its own way', () => {
    const registry = new FeatureGateRegistry({ features: VERSIONED, emulatedVersion: '1.29' })
    registry.overrideDefault('Alpha', true)
    registry.setFromFlag('Beta=true')
    registry.set('Grown', false)
    const copy = registry.copy()
    expect(standing(copy)).toBe('-AllAlpha -AllBeta Alpha Beta Fading -Grown -LockedFalse -Plain')
    expect(copy.emulatedVersion).toBe('1.29')
    copy.set('Beta', false)
    copy.overrideDefault('Alpha', false)
    copy.add({ Fresh: { ...spec('Beta', true), since: '1.31' } })
    expect(standing(registry)).toBe('-AllAlpha -AllBeta Alpha Beta Fading -Grown -LockedFalse -Plain')
    expect(standing(copy)).toBe('-AllAlpha -AllBeta -Alpha -Beta Fading Fresh -Grown -LockedFalse -Plain')
  })
})

describe('add()', () => {
  test.each([
    ['another stage', { ...spec('Beta'), since: '1.31' }],
    ['another default', { ...spec('Alpha', true), since: '1.31' }],
    ['another lock', { ...spec('Alpha', false, true), since: '1.31' }],
  ])('refuses a known gate with %s', (_what, other) => {
    expect(() => new FeatureGateRegistry({ features: UNVERSIONED }).add({ Alpha: other })).toThrow(
      'Cannot add feature gate "Alpha": it is registered with another stage, default or lock',
    )
  })

  test('takes a known gate again as it is, and what was set stays set', () => {
    const registry = new FeatureGateRegistry({ features: UNVERSIONED })
    registry.setFromFlag('Alpha=true')
    registry.add({ Alpha: { ...spec('Alpha'), since: '1.31' } })
    expect(registry.enabled('Alpha')).toBe(true)
  })
})

test('no gate switches another one: v1.31 has no dependencies between gates', () => {
  const registry = new FeatureGateRegistry()
  const before = registry.effective()
  registry.setFromFlag('AuthorizeNodeWithSelectors=true')
  expect(registry.effective().filter(({ name }, at) => registry.enabled(name) !== before[at]!.enabled)).toEqual([
    expect.objectContaining({ name: 'AuthorizeNodeWithSelectors' }),
  ])
})
