import { describe, expect, test } from '@jest/globals'
import { CONTROLLER_EXPAND_SECRET, driverParameters, fileSystemOf, NODE_STAGE_SECRET, PROVISIONER_SECRET } from './class-parameters.ts'
import { secretReference } from './secret-reference.ts'

const subject = { volumeName: 'pvc-1', claim: { namespace: 'ns', name: 'data', annotations: { 'example.com/key': 'mine' } } }
const PREFIX = 'csi.storage.k8s.io/'

describe('secretReference()', () => {
  test.each<[string, Record<string, string>, object | undefined]>([
    ['none', {}, undefined],
    [
      'one by name',
      { [`${PREFIX}node-stage-secret-name`]: 's', [`${PREFIX}node-stage-secret-namespace`]: 'n' },
      { name: 's', namespace: 'n' },
    ],
    ['the default', { [`${PREFIX}secret-name`]: 's', [`${PREFIX}secret-namespace`]: 'n' }, { name: 's', namespace: 'n' }],
    ['the deprecated one', { csiNodeStageSecretName: 's', csiNodeStageSecretNamespace: 'n' }, { name: 's', namespace: 'n' }],
    [
      'templates',
      {
        [`${PREFIX}node-stage-secret-name`]: "${pv.name}-${pvc.name}-${pvc.annotations['example.com/key']}",
        [`${PREFIX}node-stage-secret-namespace`]: '${pvc.namespace}',
      },
      { name: 'pvc-1-data-mine', namespace: 'ns' },
    ],
  ])('finds %s', (_, parameters, found) => {
    expect(secretReference(NODE_STAGE_SECRET, parameters, subject)).toEqual(found)
  })

  const named = (name: string, namespace: string): Record<string, string> => ({
    [`${PREFIX}node-stage-secret-name`]: name,
    [`${PREFIX}node-stage-secret-namespace`]: namespace,
  })
  test.each<[Record<string, string>, string]>([
    [
      { [`${PREFIX}node-stage-secret-name`]: 's' },
      'failed to get name and namespace template from params: either name and namespace for NodeStage secrets specified, Both must be specified',
    ],
    [
      { ...named('s', 'n'), csiNodeStageSecretName: 't', csiNodeStageSecretNamespace: 'n' },
      'failed to get name and namespace template from params: NodeStage secrets specified in parameters with both "csi" and "csi.storage.k8s.io/" keys',
    ],
    [
      named('', 'n'),
      'failed to get name and namespace template from params: NodeStage secrets specified in parameters but value of either namespace or name is empty',
    ],
    [named('${pvc.uid}', 'n'), 'error resolving value "${pvc.uid}": invalid tokens: ["pvc.uid"]'],
    [named('s', '${pvc.name}'), 'error resolving value "${pvc.name}": invalid tokens: ["pvc.name"]'],
    [named('S', 'n'), '"S" is not a valid secret name'],
    [named('s', '${pvc.namespace}.x'), '"${pvc.namespace}.x" resolved to "ns.x" which is not a valid namespace name'],
  ])('refuses %j', (parameters, message) => {
    expect(() => secretReference(NODE_STAGE_SECRET, parameters, subject)).toThrow(message)
  })

  test('knows the Secrets of expansion by their own names only', () => {
    expect(secretReference(CONTROLLER_EXPAND_SECRET, { csiControllerExpandSecretName: 's' }, subject)).toBeUndefined()
    expect(() => secretReference(PROVISIONER_SECRET, { csiProvisionerSecretName: 's' }, subject)).toThrow('Both must be specified')
  })
})

describe('driverParameters()', () => {
  test('takes out what is for the provisioner, and leaves deprecated names', () => {
    const parameters = {
      [`${PREFIX}fstype`]: 'xfs',
      [`${PREFIX}controller-modify-secret-name`]: 's',
      fstype: 'xfs',
      csiProvisionerSecretName: 's',
      type: 'fast',
    }
    expect(driverParameters(parameters)).toEqual({ fstype: 'xfs', csiProvisionerSecretName: 's', type: 'fast' })
  })

  test('refuses what it does not know', () => {
    expect(() => driverParameters({ [`${PREFIX}fstyp`]: 'xfs' })).toThrow(
      'failed to strip CSI Parameters of prefixed keys: found unknown parameter key "csi.storage.k8s.io/fstyp" with reserved namespace csi.storage.k8s.io/',
    )
  })
})

describe('fileSystemOf()', () => {
  test.each<[Record<string, string>, string]>([
    [{}, ''],
    [{ [`${PREFIX}fstype`]: 'xfs' }, 'xfs'],
    [{ fsType: 'ext4' }, 'ext4'],
  ])('is right for %j', (parameters, found) => {
    expect(fileSystemOf(parameters)).toBe(found)
  })

  test('refuses two answers', () => {
    expect(() => fileSystemOf({ fstype: 'a', [`${PREFIX}fstype`]: 'b' })).toThrow(
      'fstype specified in parameters with both "fstype" and "csi.storage.k8s.io/fstype" keys',
    )
  })
})
