import { describe, expect, test } from '@jest/globals'
import { removedFeatureGates } from '@kubetape/api'
import { FeatureGateRegistry } from './feature-gate-registry.ts'
import { unrecognizedGate } from './removed-gates.ts'

describe('unrecognizedGate()', () => {
  test.each([
    ['Nobody', ''],
    [
      'InTreePluginAWSUnregister',
      'it was removed in v1.31; the CSI driver always serves these volumes, so take the gate out of your settings',
    ],
    ['JobReadyPods', 'it was removed in v1.31; what it switched is always on, so take the gate out of your settings'],
    ['CSIMigrationRBD', 'it was removed in v1.31; what it switched was given up, so take the gate out of your settings'],
    ['InTreePluginRBDUnregister', 'it was removed in v1.31; what it switched was given up, so take the gate out of your settings'],
    ['LegacyNodeRoleBehavior', 'it was removed in v1.23; what it switched is always off, so take the gate out of your settings'],
    ['SecurityContextDeny', 'it was removed in v1.30; Pod Security admission does what it was for, so take the gate out of your settings'],
    [
      'PodHasNetworkCondition',
      'it was removed in v1.28; it is called PodReadyToStartContainersCondition now, so set PodReadyToStartContainersCondition instead',
    ],
  ])('says of %s: %s', (name, advice) => {
    expect(unrecognizedGate(name)).toBe(`unrecognized feature gate: ${name}${advice === '' ? '' : ` (${advice})`}`)
  })

  test('refuses every removed gate by name, with what to do', () => {
    for (const { name } of removedFeatureGates())
      expect(() => new FeatureGateRegistry().setFromFlag(`${name}=true`)).toThrow(
        new RegExp(`^unrecognized feature gate: ${name} \\(it was removed in v1\\.\\d+; .+, so (take the gate out|set \\w+ instead)`),
      )
  })
})
