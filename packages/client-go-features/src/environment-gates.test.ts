import { describe, expect, test } from '@jest/globals'
import { type Environment, EnvironmentGates } from './environment-gates.ts'
import type { FeatureLog } from './feature-log.ts'
import type { FeatureSpecs } from './feature-spec.ts'

const features: FeatureSpecs = {
  Off: { stage: 'Alpha', default: false, lockToDefault: false, since: '1.30' },
  On: { stage: 'Beta', default: true, lockToDefault: false, since: '1.31' },
  Locked: { stage: 'GA', default: true, lockToDefault: true, since: '1.31' },
}

function setUp(env: Environment): { gates: EnvironmentGates; lines: string[] } {
  const lines: string[] = []
  const line =
    (level: string) =>
    (fields: object, message: string): void => {
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
    }
  const log: FeatureLog = { debug: line('debug'), warn: line('warn'), error: line('error') }
  return { gates: new EnvironmentGates({ features, env, log }), lines }
}

describe('enabled()', () => {
  test('answers defaults when the environment says nothing', () => {
    const { gates } = setUp({})
    expect(['Off', 'On', 'Locked'].map((name) => gates.enabled(name))).toEqual([false, true, true])
  })

  test('answers what the environment says, in the words of Go', () => {
    const { gates } = setUp({ KUBE_FEATURE_Off: 'T', KUBE_FEATURE_On: '0' })
    expect([gates.enabled('Off'), gates.enabled('On')]).toEqual([true, false])
  })

  test('ignores variables in another case, and says so, and those of unknown features', () => {
    const { gates, lines } = setUp({ KUBE_FEATURE_OFF: 'true', kube_feature_Off: 'true', KUBE_FEATURE_Nobody: 'maybe' })
    expect(gates.enabled('Off')).toBe(false)
    expect(lines.filter((one) => !one.startsWith('debug'))).toEqual(
      ['KUBE_FEATURE_OFF', 'kube_feature_Off'].map(
        (name) =>
          `warn ${name} is ignored: names are case-sensitive, and the feature's is KUBE_FEATURE_Off {"feature":"Off","variable":"${name}"}`,
      ),
    )
  })

  test('reports and ignores a value that is no boolean', () => {
    const { gates, lines } = setUp({ KUBE_FEATURE_On: 'maybe', KUBE_FEATURE_Off: '' })
    expect([gates.enabled('On'), gates.enabled('Off')]).toEqual([true, false])
    expect(lines.filter((one) => one.startsWith('error'))).toEqual([
      'error cannot set feature gate "Off" to "", due to strconv.ParseBool: parsing "": invalid syntax {"feature":"Off","value":""}',
      'error cannot set feature gate "On" to "maybe", due to strconv.ParseBool: parsing "maybe": invalid syntax {"feature":"On","value":"maybe"}',
    ])
  })

  test('refuses to change a locked feature', () => {
    const { gates, lines } = setUp({ KUBE_FEATURE_Locked: 'false' })
    expect(gates.enabled('Locked')).toBe(true)
    expect(lines[0]).toBe(
      'error cannot set feature gate "Locked" to "false", feature is locked to true {"feature":"Locked","value":"false"}',
    )
  })

  test('takes the default of a locked feature without a word', () => {
    const { gates, lines } = setUp({ KUBE_FEATURE_Locked: '1' })
    expect(gates.enabled('Locked')).toBe(true)
    expect(lines.filter((one) => one.startsWith('error'))).toEqual([])
  })

  test('reads the environment once, at the first question, and logs every value once', () => {
    const env: Record<string, string> = {}
    const { gates, lines } = setUp(env)
    env['KUBE_FEATURE_Off'] = 'true'
    expect(gates.wasRead).toBe(false)
    expect(gates.enabled('Off')).toBe(true)
    expect(gates.wasRead).toBe(true)
    env['KUBE_FEATURE_Off'] = 'false'
    expect(gates.enabled('Off')).toBe(true)
    expect(lines).toEqual([
      'debug Feature gate updated state {"feature":"Off","enabled":true}',
      'debug Feature gate default state {"feature":"On","enabled":true}',
      'debug Feature gate default state {"feature":"Locked","enabled":true}',
    ])
  })

  test.each(['Nobody', 'toString', 'off'])('throws for the unknown feature %s and names it', (name) => {
    expect(() => setUp({}).gates.enabled(name)).toThrow(`Cannot read feature "${name}": it is not registered in the client feature gates`)
  })
})

describe('set()', () => {
  test('stands above the environment, before and after it was read', () => {
    const { gates } = setUp({ KUBE_FEATURE_Off: 'false', KUBE_FEATURE_On: 'true' })
    gates.set('Off', true)
    expect([gates.enabled('Off'), gates.enabled('On')]).toEqual([true, true])
    gates.set('On', false)
    expect(gates.enabled('On')).toBe(false)
  })

  test('refuses unknown features and other values of locked ones', () => {
    const { gates } = setUp({})
    expect(() => gates.set('Nobody', true)).toThrow('Cannot set feature "Nobody"')
    expect(() => gates.set('Locked', false)).toThrow('cannot set feature gate "Locked" to false, feature is locked to true')
    gates.set('Locked', true)
    expect(gates.enabled('Locked')).toBe(true)
  })
})
