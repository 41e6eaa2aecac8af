import { describe, expect, test } from '@jest/globals'
import { compareReleases, parseEmulatedVersion } from './emulated-version.ts'
import { FeatureGateRegistry } from './feature-gate-registry.ts'

describe('parseEmulatedVersion()', () => {
  test.each([
    [[], '1.31'],
    [[''], '1.31'],
    [['1.31'], '1.31'],
    [['1.30'], '1.30'],
    [['v1.30'], '1.30'],
    [['1.30.0'], '1.30'],
    [['kube=1.30'], '1.30'],
    [['kube:1.30'], '1.30'],
    [[' kube = v1.30 '], '1.30'],
  ])('reads %j as %s', (values, expected) => {
    expect(parseEmulatedVersion(values)).toBe(expected)
  })

  test.each([
    [['1.29'], 'emulation version 1.29 is not between [1.30, 1.31]'],
    [['1.32'], 'emulation version 1.32 is not between [1.30, 1.31]'],
    [['1.30.4'], 'patch version not allowed, got: kube=1.30.4'],
    [['wardle=1.2'], 'component not registered: wardle'],
    [['1.30', 'kube=1.31'], 'duplicate version flag, kube=1.30 and kube=1.31'],
    [['latest'], 'could not parse "latest" as version'],
    [['kube='], 'could not parse "" as version'],
  ])('refuses %j with the text of upstream', (values, text) => {
    expect(() => parseEmulatedVersion(values)).toThrow(expect.objectContaining({ code: 'InvalidFeatureGates', message: text }))
  })
})

describe('compareReleases()', () => {
  test.each([
    ['1.9', '1.10', -1],
    ['1.31', '1.31', 0],
    ['2.0', '1.31', 1],
  ])('%s and %s: %d', (a, b, sign) => expect(Math.sign(compareReleases(a, b))).toBe(sign))
})

describe('v1.31 emulating v1.30', () => {
  const at130 = () => new FeatureGateRegistry({ emulatedVersion: '1.30' })

  test.each([
    ['JobPodFailurePolicy', 'Beta', true, false],
    ['PodDisruptionConditions', 'Beta', true, false],
    ['HonorPVReclaimPolicy', 'Alpha', false, false],
    ['PersistentVolumeLastPhaseTransitionTime', 'Beta', true, false],
    ['MultiCIDRServiceAllocator', 'Alpha', false, false],
    ['VolumeAttributesClass', 'Alpha', false, false],
    ['ConsistentListFromCache', 'Alpha', false, false],
    ['MatchLabelKeysInPodAffinity', 'Alpha', false, false],
    ['AppArmor', 'Beta', true, false],
    ['TranslateStreamCloseWebsocketRequests', 'Beta', true, false],
    ['PortForwardWebsockets', 'Alpha', false, false],
    ['ServiceTrafficDistribution', 'Alpha', false, false],
    ['ServiceAccountTokenNodeBinding', 'Alpha', false, false],
    ['ServerSideApply', 'GA', true, true],
  ])('has %s as %s, default %s, locked %s', (name, stage, on, locked) => {
    expect(
      at130()
        .effective()
        .find((gate) => gate.name === name),
    ).toMatchObject({ stage, enabled: on, locked })
  })

  test.each(['SupplementalGroupsPolicy', 'ImageVolume', 'AuthorizeWithSelectors', 'AnonymousAuthConfigurableEndpoints'])(
    'does not have %s yet and says so',
    (name) => {
      expect(at130().enabled(name)).toBe(false)
      expect(() => at130().setFromFlag(`${name}=true`)).toThrow(
        `cannot set feature gate ${name} to true, feature is PreAlpha at emulated version 1.30 (it came with v1.31)`,
      )
    },
  )

  test('lets what v1.31 has locked be turned off', () => {
    const registry = at130()
    registry.setFromFlag('JobPodFailurePolicy=false')
    expect(registry.enabled('JobPodFailurePolicy')).toBe(false)
    expect(() => new FeatureGateRegistry().setFromFlag('JobPodFailurePolicy=false')).toThrow('feature is locked to true')
  })
})
