import { describe, expect, test } from '@jest/globals'
import type { ContainerStatus, Pod, PodStatus } from '@kubetape/api/types/core/v1'
import { validatePodStatusUpdate } from './pod-status-validation.ts'
import { gatesWith, podWith, texts } from './testing/pod-fixture.ts'
import { podValidationOptions } from './validation-options.ts'

const judge = (status: PodStatus, before: PodStatus = {}, change: (pod: Pod) => void = () => undefined): string[] => {
  const old = podWith(change)
  old.status = before
  return texts(validatePodStatusUpdate({ ...old, status }, old, podValidationOptions(old, gatesWith(), true)))
}
const container = (fields: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name: 'main',
  image: 'x',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...fields,
})
const never = ({ spec }: Pod): void => void (spec.restartPolicy = 'Never')
const ended = (exitCode: number): ContainerStatus => container({ state: { terminated: { exitCode } } })
const runs = container({ state: { running: {} } })
const MOVED = 'Forbidden: may not be transitioned to non-terminated state'

describe('validatePodStatusUpdate()', () => {
  test.each<[string, PodStatus, string[]]>([
    ['two families', { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] }, []],
    [
      'two addresses of a family',
      { podIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] },
      ['status.podIPs: Invalid value: [{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}]: may specify no more than one IP for each IP family'],
    ],
    [
      'an address twice',
      { podIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.1' }] },
      [
        'status.podIPs: Invalid value: [{"ip":"10.0.0.1"},{"ip":"10.0.0.1"}]: may specify no more than one IP for each IP family',
        'status.podIPs[1]: Duplicate value: {"ip":"10.0.0.1"}',
      ],
    ],
    [
      'no address',
      { podIPs: [{ ip: 'x' }] },
      ['status.podIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    [
      'another host',
      { hostIP: '10.0.0.2', hostIPs: [{ ip: '10.0.0.1' }] },
      ['status.hostIPs[0].ip: Invalid value: "10.0.0.1": must be equal to `hostIP`'],
    ],
    ['an unknown word for a phase', { phase: 'Dreaming' as never }, []],
    [
      'a condition with a blank',
      {
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: '/', status: 'True' },
        ],
      },
      [
        'metadata.conditions[1].Type: Invalid value: "/": prefix part must be non-empty',
        'metadata.conditions[1].Type: Invalid value: "/": name part must be non-empty',
        "metadata.conditions[1].Type: Invalid value: \"/\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
    ],
    [
      'a claim that the Pod has not',
      { resourceClaimStatuses: [{ name: 'a' }] },
      ['status.resourceClaimStatuses[0].name: Invalid value: "a": must match the name of an entry in `spec.resourceClaims`'],
    ],
    [
      'a user below zero',
      { containerStatuses: [container({ user: { linux: { uid: -1, gid: 0 } } })] },
      ['status.containerStatuses[0].linux.uid: Invalid value: -1: must be between 0 and 2147483647, inclusive'],
    ],
    [
      'health of a device that nobody asked for',
      {
        containerStatuses: [
          container({
            allocatedResourcesStatus: [
              {
                name: 'claim:x',
                resources: [
                  { resourceID: 'a', health: 'Ill' },
                  { resourceID: 'a', health: 'Healthy' },
                ],
              },
            ],
          }),
        ],
      },
      [
        "status.containerStatuses[0].allocatedResourcesStatus[0].name: Invalid value: claim:x: must match one of the container's resource requirements",
        'status.containerStatuses[0].allocatedResourcesStatus[0].resources[0].health: Unsupported value: "Ill": supported values: "Healthy", "Unhealthy", "Unknown"',
        'status.containerStatuses[0].allocatedResourcesStatus[0].resources[1].resourceID: Duplicate value: "a"',
      ],
    ],
  ])('judges %s', (_, status, expected) => {
    expect(judge(status)).toEqual(expected)
  })

  test('wants a nominated node to have a name that nodes have', () => {
    expect(judge({ nominatedNodeName: 'A' })).toHaveLength(1)
    expect(judge({ nominatedNodeName: 'A' }, { nominatedNodeName: 'A' })).toEqual([])
  })

  test('lets no container of a Pod that is not restarted come back', () => {
    expect(judge({ containerStatuses: [runs] }, { containerStatuses: [ended(1)] }, never)).toEqual([
      `status.containerStatuses[0].state: ${MOVED}`,
    ])
    expect(judge({ containerStatuses: [runs] }, { containerStatuses: [ended(1)] })).toEqual([])
  })

  test('lets failed containers come back on failure', () => {
    const onFailure = ({ spec }: Pod): void => void (spec.restartPolicy = 'OnFailure')
    expect(judge({ containerStatuses: [runs] }, { containerStatuses: [ended(1)] }, onFailure)).toEqual([])
    expect(judge({ containerStatuses: [runs] }, { containerStatuses: [ended(0)] }, onFailure)).toEqual([
      `status.containerStatuses[0].state: ${MOVED}`,
    ])
  })

  test('lets sidecars come back, ephemeral containers never', () => {
    const sidecar = (pod: Pod): void => {
      never(pod)
      pod.spec.initContainers = [{ name: 'main', image: 'x', restartPolicy: 'Always' }]
    }
    expect(judge({ initContainerStatuses: [runs] }, { initContainerStatuses: [ended(0)] }, sidecar)).toEqual([])
    expect(judge({ ephemeralContainerStatuses: [runs] }, { ephemeralContainerStatuses: [ended(1)] })).toEqual([
      `status.ephemeralContainerStatuses[0].state: ${MOVED}`,
    ])
  })
})
