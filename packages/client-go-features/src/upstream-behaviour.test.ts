import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { EnvironmentGates } from './environment-gates.ts'
import type { FeatureSpecs } from './feature-spec.ts'
import { addFeaturesToExistingFeatureGates, featureGates, setFeatureLog, swapFeatureGates } from './gate-provider.ts'
import type { Gates } from './gates.ts'
import { AtomicFIFO, clientFeatures, InformerResourceVersion, InOrderInformers, WatchListClient } from './known-features.ts'
import * as features from './index.ts'

// What the tests of client-go check about its features, one row each, and the examples of the Kubernetes blog of 12 August 2024.

const lines: string[] = []
const log = {
  debug: (fields: object, message: string) => void lines.push(`debug ${message} ${JSON.stringify(fields)}`),
  warn: (_fields: object, message: string) => void lines.push(`warn ${message}`),
  error: (_fields: object, message: string) => void lines.push(`error ${message}`),
}
beforeEach(() => void (lines.length = 0))

const off = { stage: 'Alpha', default: false, lockToDefault: false, since: '1.30' } as const
const on = { stage: 'Beta', default: true, lockToDefault: false, since: '1.30' } as const
const TWO: FeatureSpecs = { Alpha: off, Beta: on }
const LOCKED: FeatureSpecs = { Alpha: { ...off, default: true, lockToDefault: true } }

interface Row {
  readonly what: string
  readonly features: FeatureSpecs
  readonly env?: Record<string, string>
  readonly set?: Record<string, boolean>
  /** Effective values. */
  readonly expected: Record<string, boolean>
  /** Features that the log calls updated; the others have their defaults. */
  readonly updated?: readonly string[]
  readonly errors?: number
}

const BAD = { expected: { Alpha: false, Beta: true }, errors: 1 }
const ROWS: readonly Row[] = [
  { what: 'no features at all are fine', features: {}, expected: {} },
  { what: 'nothing set: defaults', features: TWO, expected: { Alpha: false, Beta: true } },
  { what: 'the name without its prefix says nothing', features: TWO, env: { Alpha: 'true' }, expected: { Alpha: false, Beta: true } },
  {
    what: 'a variable turns a feature on',
    features: TWO,
    env: { KUBE_FEATURE_Alpha: 'true' },
    expected: { Alpha: true, Beta: true },
    updated: ['Alpha'],
  },
  {
    what: 'a variable turns a feature off',
    features: TWO,
    env: { KUBE_FEATURE_Beta: 'false' },
    expected: { Alpha: false, Beta: false },
    updated: ['Beta'],
  },
  {
    what: 'a variable may say the default',
    features: TWO,
    env: { KUBE_FEATURE_Beta: 'true' },
    expected: { Alpha: false, Beta: true },
    updated: ['Beta'],
  },
  { what: 'two words at once are no value', features: TWO, env: { KUBE_FEATURE_Alpha: 'TrueFalse' }, ...BAD },
  { what: 'nothing is no value', features: TWO, env: { KUBE_FEATURE_Alpha: '' }, ...BAD },
  { what: 'a lock wins', features: LOCKED, env: { KUBE_FEATURE_Alpha: 'False' }, expected: { Alpha: true }, errors: 1 },
  {
    what: 'the value of a lock may be said',
    features: LOCKED,
    env: { KUBE_FEATURE_Alpha: 'True' },
    expected: { Alpha: true },
    updated: ['Alpha'],
  },
  {
    what: 'the program stands above the environment',
    features: TWO,
    env: { KUBE_FEATURE_Alpha: 'true', KUBE_FEATURE_Beta: 'false' },
    set: { Alpha: false },
    expected: { Alpha: false, Beta: false },
    updated: ['Alpha', 'Beta'],
  },
  { what: 'the program needs no variable', features: TWO, set: { Alpha: true }, expected: { Alpha: true, Beta: true }, updated: ['Alpha'] },
]

describe('EnvironmentGates, as client-go has them', () => {
  test.each(ROWS)('$what', ({ features: specs, env = {}, set = {}, expected, updated = [], errors = 0 }) => {
    const gates = new EnvironmentGates({ features: specs, env, log })
    for (const [feature, value] of Object.entries(set)) gates.set(feature, value)
    for (const [feature, value] of Object.entries(expected)) expect([feature, gates.enabled(feature)]).toEqual([feature, value])
    expect(lines.filter((line) => line.startsWith('error'))).toHaveLength(errors)
    const said = Object.entries(expected).map(
      ([feature, enabled]) =>
        `debug Feature gate ${updated.includes(feature) ? 'updated' : 'default'} state ${JSON.stringify({ feature, enabled })}`,
    )
    expect(lines.filter((line) => line.startsWith('debug'))).toEqual(said)
  })

  test('an unknown feature is a programming error that says which', () => {
    expect(() => new EnvironmentGates({ features: {}, env: {}, log }).enabled('UnknownFeature')).toThrow('"UnknownFeature"')
  })

  test('they know whether they were read', () => {
    const gates = new EnvironmentGates({ features: TWO, env: {}, log })
    expect(gates.wasRead).toBe(false)
    gates.set('Alpha', true)
    expect(gates.wasRead).toBe(false)
    gates.enabled('Beta')
    expect(gates.wasRead).toBe(true)
  })

  test('a lock wins over the program too', () => {
    expect(() => new EnvironmentGates({ features: LOCKED, env: {}, log }).set('Alpha', false)).toThrow('feature is locked to true')
  })
})

describe('the features of client-go', () => {
  test('are added to a registry, all of them and nothing else', () => {
    const added: string[] = []
    addFeaturesToExistingFeatureGates({ add: (specs) => void added.push(...Object.keys(specs)) })
    expect(added).toEqual(Object.keys(clientFeatures))
  })

  test('a registry that refuses them is heard', () => {
    const refuse = (): void => {
      throw new Error('refused')
    }
    expect(() => addFeaturesToExistingFeatureGates({ add: refuse })).toThrow('refused')
  })

  test.each([AtomicFIFO, InOrderInformers])('%s came later and is locked to how this code behaves', (feature) => {
    const gates = new EnvironmentGates({ features: clientFeatures, env: { [`KUBE_FEATURE_${feature}`]: 'false' }, log })
    expect(gates.enabled(feature)).toBe(true)
    expect(lines[0]).toBe(`error cannot set feature gate "${feature}" to "false", feature is locked to true`)
  })

  test('their releases are said', () => {
    expect(Object.entries(clientFeatures).map(([name, { since }]) => `${name} ${since}`)).toEqual([
      'AtomicFIFO 1.36',
      'InOrderInformers 1.33',
      'InformerResourceVersion 1.30',
      'WatchListClient 1.30',
    ])
  })
})

describe('the examples of the blog', () => {
  let restore: () => void
  beforeEach(() => {
    restore = swapFeatureGates({ enabled: () => false })
    setFeatureLog(log)
  })
  afterEach(() => restore())

  const MyFeature: FeatureSpecs = { MyFeature: off }

  test.each([
    ['KUBE_FEATURE_MyFeature=true', true],
    ['KUBE_FEATURE_MyFeature=false', false],
    ['KUBE_FEATURE_MYFEATURE=true', false],
  ])('%s makes MyFeature %s', (variable, expected) => {
    const [name = '', value = ''] = variable.split('=')
    expect(new EnvironmentGates({ features: MyFeature, env: { [name]: value }, log }).enabled('MyFeature')).toBe(expected)
    expect(lines.filter((line) => line.startsWith('error'))).toEqual([])
  })

  test('AlwaysEnabledGates, put in place before anything runs, answer yes to everything', () => {
    class AlwaysEnabledGates implements Gates {
      enabled(_feature: string): boolean {
        return true
      }
    }
    features.replaceFeatureGates(new AlwaysEnabledGates())
    expect([WatchListClient, InformerResourceVersion, 'MyFeature'].map((feature) => featureGates().enabled(feature))).toEqual([
      true,
      true,
      true,
    ])
    expect(lines).toEqual([])
  })
})
