import { describe, expect, test } from '@jest/globals'
import { FieldPath } from '@kubetape/apimachinery'
import type { Pod } from '@kubetape/api/types/core/v1'
import { validatePodSpec } from './pod-validation.ts'
import { gatesWith, podWith, texts } from './testing/pod-fixture.ts'
import { podValidationOptions } from './validation-options.ts'

const judge = (change: (pod: Pod) => void): string[] => {
  const pod = podWith(change)
  return texts(validatePodSpec(pod.spec, pod.metadata, FieldPath.of('spec'), podValidationOptions(undefined, gatesWith(), true)))
}

describe('mounts and devices', () => {
  const volumes = [
    { name: 'v', emptyDir: {} },
    { name: 'claim', persistentVolumeClaim: { claimName: 'c' } },
  ]
  const use = (fields: object): string[] =>
    judge(({ spec }) => {
      spec.volumes = structuredClone(volumes)
      Object.assign(spec.containers[0]!, fields)
    }).map((text) => text.replace('spec.containers[0].', ''))

  test.each<[string, object, string[]]>([
    ['an unknown volume', { volumeMounts: [{ name: 'x', mountPath: '/a' }] }, ['volumeMounts[0].name: Not found: "x"']],
    [
      'a path twice',
      {
        volumeMounts: [
          { name: 'v', mountPath: '/a' },
          { name: 'v', mountPath: '/a' },
        ],
      },
      ['volumeMounts[1].mountPath: Invalid value: "/a": must be unique'],
    ],
    [
      'a sub path upwards',
      { volumeMounts: [{ name: 'v', mountPath: '/a', subPath: '../x' }] },
      ['volumeMounts.subPath: Invalid value: "../x": must not contain \'..\''],
    ],
    [
      'both kinds of sub path',
      { volumeMounts: [{ name: 'v', mountPath: '/a', subPath: 'x', subPathExpr: '/$(X)' }] },
      [
        'volumeMounts[0].subPathExpr: Invalid value: "/$(X)": subPathExpr and subPath are mutually exclusive',
        'volumeMounts.subPathExpr: Invalid value: "/$(X)": must be a relative path',
      ],
    ],
    [
      'propagation to the host',
      { volumeMounts: [{ name: 'v', mountPath: '/a', mountPropagation: 'Bidirectional' }] },
      ['volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers'],
    ],
    [
      'recursion of a writable mount',
      { volumeMounts: [{ name: 'v', mountPath: '/a', recursiveReadOnly: 'Enabled', mountPropagation: 'HostToContainer' }] },
      [
        'volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true',
        'volumeMounts.recursiveReadOnly: Forbidden: may only be specified when mountPropagation is None or not specified',
      ],
    ],
    [
      'a folder as device',
      { volumeDevices: [{ name: 'v', devicePath: '/dev/x' }] },
      ['volumeDevices[0].name: Invalid value: "v": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'],
    ],
    [
      'a device in a parent folder',
      { volumeDevices: [{ name: 'claim', devicePath: '/dev/../x' }] },
      ['volumeDevices[0].devicePath: Invalid value: "/dev/../x": can not contain backsteps (\'..\')'],
    ],
    [
      'a claim as both',
      { volumeMounts: [{ name: 'claim', mountPath: '/x' }], volumeDevices: [{ name: 'claim', devicePath: '/x' }] },
      [
        'volumeMounts[0].name: Invalid value: "claim": must not already exist in volumeDevices',
        'volumeMounts[0].mountPath: Invalid value: "/x": must not already exist as a path in volumeDevices',
        'volumeDevices[0].name: Invalid value: "claim": must not already exist in volumeMounts',
        'volumeDevices[0].devicePath: Invalid value: "/x": must not already exist as a path in volumeMounts',
      ],
    ],
  ])('refuse %s', (_, fields, expected) => {
    expect(use(fields)).toEqual(expected)
  })

  test('let privileged containers propagate', () => {
    expect(
      use({ securityContext: { privileged: true }, volumeMounts: [{ name: 'v', mountPath: '/a', mountPropagation: 'Bidirectional' }] }),
    ).toEqual([])
  })
})
