import { describe, expect, test } from '@jest/globals'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import type { StorageClass } from '@kubetape/api/types/storage/v1'
import { boundClaimOf, claimOf, labelled, podWith, volumeOf } from '../testing/claim-objects.ts'
import { SELECTED_NODE, volumeNeeds, type VolumeView } from './volume-needs.ts'

interface Given {
  readonly pod?: Pod
  readonly claims?: readonly PersistentVolumeClaim[]
  readonly volumes?: readonly PersistentVolume[]
  readonly reserved?: PersistentVolume
  readonly storageClass?: Partial<StorageClass>
  readonly used?: boolean
  readonly taken?: readonly string[]
}

/** What a Pod with the claim `data` is told, and of two nodes what each is good for. */
function say(given: Given): unknown {
  const { claims = [], volumes = [] } = given
  const storageClass: StorageClass = {
    metadata: { name: 'late' },
    provisioner: 'csi.example.com',
    volumeBindingMode: 'WaitForFirstConsumer',
    ...given.storageClass,
  }
  const view: VolumeView = {
    claimOf: (_, name) => claims.find(({ metadata }) => metadata.name === name),
    volumeOf: (name) => volumes.find(({ metadata }) => metadata.name === name),
    classOf: (name) => (name === 'late' ? storageClass : undefined),
    freeVolumes: () => volumes,
    reservedFor: () => given.reserved,
    isUsed: () => given.used ?? false,
  }
  const needs = volumeNeeds(given.pod ?? podWith(['data']), view, new Set(given.taken), new Set())
  if (needs.type === 'refused') return needs.message
  return ['a', 'b'].map((name) => {
    const misfit = needs.misfit(labelled(name))
    if (misfit !== undefined) return `${name}: ${misfit.reasons.join()}`
    const choices = needs.type === 'waiting' ? needs.choices(labelled(name)) : []
    return `${name}: ${[needs.type, ...choices.map(({ volume }) => volume?.metadata.name ?? 'make')].join(' ')}`
  })
}

const NONE = "node(s) didn't find available persistent volumes to bind"
const BY_HAND = { provisioner: 'kubernetes.io/no-provisioner' }

describe('volumeNeeds()', () => {
  test.each<[string, Given, unknown]>([
    ['misses a claim', {}, 'persistentvolumeclaim "data" not found'],
    [
      'waits for a claim that is made for the Pod',
      { pod: { ...podWith([]), spec: { containers: [], volumes: [{ name: 'v', ephemeral: {} }] } } },
      'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-v"',
    ],
    [
      'leaves the claim of another Pod',
      { pod: { ...podWith([]), spec: { containers: [], volumes: [{ name: 'v', ephemeral: {} }] } }, claims: [boundClaimOf('p-v')] },
      'PVC "ns/p-v" was not created for pod "ns/p" (pod is not owner)',
    ],
    [
      'leaves a claim that goes',
      { claims: [claimOf('data', {}, { deletionTimestamp: 'x' })] },
      'persistentvolumeclaim "data" is being deleted',
    ],
    [
      'leaves a lost claim',
      { claims: [{ ...boundClaimOf('data'), status: { phase: 'Lost' } }] },
      'persistentvolumeclaim "data" bound to non-existent persistentvolume "pv-data"',
    ],
    [
      'waits for claims that do not wait for it',
      { claims: [claimOf('data', { storageClassName: 'now' })] },
      'pod has unbound immediate PersistentVolumeClaims',
    ],
    [
      'waits for claims that name their volume',
      { claims: [claimOf('data', { volumeName: 'v' })] },
      'pod has unbound immediate PersistentVolumeClaims',
    ],
    [
      'goes where its volume is',
      { claims: [boundClaimOf('data')], volumes: [volumeOf('pv-data', '1Gi', 'b')] },
      ['a: node(s) had volume node affinity conflict', 'b: bound'],
    ],
    [
      'misses a volume',
      { claims: [boundClaimOf('data')] },
      ['a', 'b'].map((name) => `${name}: node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)`),
    ],
    [
      'goes nowhere while another Pod has a claim that is for one',
      { claims: [boundClaimOf('data', { accessModes: ['ReadWriteOncePod'] })], volumes: [volumeOf('pv-data')], used: true },
      ['a', 'b'].map((name) => `${name}: node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode`),
    ],
    ['has volumes made', { claims: [claimOf('data')] }, ['a: waiting make', 'b: waiting make']],
    [
      'has volumes made where the class allows it',
      { claims: [claimOf('data')], storageClass: { allowedTopologies: [{ matchLabelExpressions: [{ key: 'name', values: ['b'] }] }] } },
      [`a: ${NONE}`, 'b: waiting make'],
    ],
    [
      'takes the smallest volume that is large enough',
      {
        claims: [claimOf('data')],
        volumes: [volumeOf('small', '1Mi'), volumeOf('large', '9Gi'), volumeOf('fits', '2Gi', 'b')],
        storageClass: BY_HAND,
      },
      ['a: waiting large', 'b: waiting fits'],
    ],
    [
      'takes no volume twice',
      { claims: [claimOf('data')], volumes: [volumeOf('v')], taken: ['v'], storageClass: BY_HAND },
      [`a: ${NONE}`, `b: ${NONE}`],
    ],
    [
      'takes volumes of other kinds only where they are asked for',
      {
        claims: [claimOf('data', { selector: { matchLabels: { tier: 'gold' } } })],
        volumes: [
          volumeOf('plain'),
          volumeOf('raw', '1Gi', undefined, { volumeMode: 'Block' }),
          { ...volumeOf('gold'), metadata: { name: 'gold', labels: { tier: 'gold' } } },
        ],
        storageClass: BY_HAND,
      },
      ['a: waiting gold', 'b: waiting gold'],
    ],
    [
      'finds a volume for each of its claims',
      { pod: podWith(['data', 'logs']), claims: [claimOf('data'), claimOf('logs')], volumes: [volumeOf('v')], storageClass: BY_HAND },
      [`a: ${NONE}`, `b: ${NONE}`],
    ],
    [
      'stays with the node that its claims were promised',
      { claims: [claimOf('data', {}, { annotations: { [SELECTED_NODE]: 'b' } })] },
      [`a: ${NONE}`, 'b: waiting'],
    ],
    [
      'waits for the volume that is kept for it',
      { claims: [claimOf('data')], reserved: volumeOf('v', '1Gi', 'b') },
      [`a: ${NONE}`, 'b: waiting'],
    ],
  ])('%s', (_, given, then) => {
    expect(say(given)).toEqual(then)
  })
})
