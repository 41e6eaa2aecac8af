import { describe, expect, test } from '@jest/globals'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import { boundClaim, boundVolume, DRIVER, userOf } from './testing/attached-objects.ts'
import { isTerminated, wantedVolumes } from './wanted-volumes.ts'

const pod = userOf('p', 'n', ['data'])

function names(given: { pods?: Pod[]; claim?: PersistentVolumeClaim; volume?: PersistentVolume; attachRequired?: boolean } = {}): string[] {
  const found = wantedVolumes(given.pods ?? [pod], {
    claimsOf: () => [given.claim ?? boundClaim('data')],
    volumeOf: () => given.volume ?? boundVolume('data'),
    driverOf: () =>
      given.attachRequired === undefined ? undefined : { metadata: { name: DRIVER }, spec: { attachRequired: given.attachRequired } },
  })
  return found.map(({ volume, pods }) => `${volume.metadata.name} for ${pods.map(({ metadata }) => metadata.name).join(' ')}`)
}

describe('wantedVolumes()', () => {
  test.each<[string, Parameters<typeof names>[0], string[]]>([
    ['takes the volume of a bound claim', {}, ['pv-data for p']],
    ['takes it once for several Pods', { pods: [pod, userOf('q', 'n', ['data'])] }, ['pv-data for p q']],
    ['waits for the claim', { claim: { ...boundClaim('data'), status: { phase: 'Pending' } } }, []],
    [
      'waits for the volume to name the claim',
      { volume: { ...boundVolume('data'), spec: { ...boundVolume('data').spec, claimRef: {} } } },
      [],
    ],
    ['passes over what is no CSI volume', { volume: { ...boundVolume('data'), spec: { hostPath: { path: '/x' } } } }, []],
    ['passes over drivers that attach nothing', { attachRequired: false }, []],
    ['takes those of drivers that do', { attachRequired: true }, ['pv-data for p']],
    ['passes over Pods that have ended', { pods: [{ ...pod, status: { phase: 'Succeeded' } }] }, []],
  ])('%s', (_, given, then) => {
    expect(names(given)).toEqual(then)
  })
})

describe('isTerminated()', () => {
  const deleted = (running: boolean): Pod => ({
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: '2024-01-01T00:00:00Z' },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'c', state: running ? { running: {} } : { terminated: { exitCode: 0 } } } as never],
    },
  })

  test('is true for a deleted Pod as soon as nothing of it runs', () => {
    expect([isTerminated(pod), isTerminated(deleted(true)), isTerminated(deleted(false))]).toEqual([false, false, true])
  })
})
