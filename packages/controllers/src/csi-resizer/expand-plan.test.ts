import { describe, expect, test } from '@jest/globals'
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimStatus } from '@kubetape/api/types/core/v1'
import { CsiError, rpcErrorText } from '@kubetape/csi'
import { expandedClaim, expandedVolume, failedExpansion, sizeAfter } from './expand-outcome.ts'
import { type ExpandMemory, planExpansion } from './expand-plan.ts'

const NOW = Date.parse('2024-08-13T00:00:00Z')
const TIME = '2024-08-13T00:00:00Z'
const MARK = 'volume.alpha.kubernetes.io/pre-resize-capacity'
type State = NonNullable<PersistentVolumeClaimStatus['allocatedResourceStatuses']>[string]

const claim = (request: string, status: PersistentVolumeClaimStatus = {}): PersistentVolumeClaim => ({
  metadata: { name: 'data', namespace: 'n' },
  spec: { volumeName: 'v', resources: { requests: { storage: request } } },
  status: { phase: 'Bound', capacity: { storage: '1Gi' }, ...status },
})
const volume = (storage: string, annotations: Record<string, string> = {}): PersistentVolume => ({
  metadata: { name: 'v', annotations },
  spec: { capacity: { storage }, csi: { driver: 'd', volumeHandle: 'h' } },
})
const at = (state: State | undefined, storage: string): PersistentVolumeClaimStatus => ({
  allocatedResources: { storage },
  ...(state === undefined ? {} : { allocatedResourceStatuses: { storage: state } }),
})
const nodeIsNext = { conditions: [{ type: 'FileSystemResizePending', status: 'True' }] }

function brief(given: PersistentVolumeClaim, on: PersistentVolume, recovers: boolean, memory: ExpandMemory = {}, isUsed = false): string {
  const next = planExpansion({ claim: given, volume: on, expander: 'controller', memory, isUsed }, NOW, recovers)
  if (next === undefined) return 'nothing'
  if (next.type === 'expand') return `expand to ${next.size}${next.isHeld ? ', held' : ''}`
  return next.type
}

describe('planExpansion()', () => {
  test.each<[string, string, PersistentVolumeClaim, PersistentVolume]>([
    ['has what it asks for', 'nothing', claim('1Gi'), volume('1Gi')],
    ['asks for more', 'expand to 2Gi', claim('2Gi'), volume('1Gi')],
    ['asks for more than before', 'expand to 3Gi', claim('3Gi', nodeIsNext), volume('2Gi')],
    ['waits for its node', 'nothing', claim('2Gi', nodeIsNext), volume('2Gi')],
    ['has a volume that has grown before a crash', 'expand to 2Gi', claim('2Gi'), volume('2Gi')],
    ['has been served by its node', 'write-volume', claim('2Gi', { capacity: { storage: '2Gi' } }), volume('2Gi', { [MARK]: '1Gi' })],
    ['is not bound', 'nothing', claim('2Gi', { phase: 'Lost' }), volume('1Gi')],
  ])('is right for a claim that %s: %s', (_, then, given, on) => {
    expect(brief(given, on, false)).toBe(then)
  })

  test.each<[string, string, PersistentVolumeClaim, PersistentVolume, ExpandMemory?]>([
    ['asks for more', 'expand to 2Gi', claim('2Gi'), volume('1Gi')],
    ['has asked for less since, uncertain', 'expand to 9Gi', claim('2Gi', at('ControllerResizeInProgress', '9Gi')), volume('1Gi')],
    [
      'has asked for less after a failure',
      'expand to 2Gi',
      claim('2Gi', at('ControllerResizeInProgress', '9Gi')),
      volume('1Gi'),
      { isFinal: true },
    ],
    [
      'has asked for less than cannot be',
      'expand to 2Gi',
      claim('2Gi', at('ControllerResizeInfeasible', '9Gi')),
      volume('1Gi'),
      { slowUntilMs: NOW + 1 },
    ],
    ['asks for what cannot be', 'wait', claim('9Gi', at('ControllerResizeInfeasible', '9Gi')), volume('1Gi'), { slowUntilMs: NOW + 1 }],
    [
      'has waited for what cannot be',
      'expand to 9Gi',
      claim('9Gi', at('ControllerResizeInfeasible', '9Gi')),
      volume('1Gi'),
      { slowUntilMs: NOW },
    ],
    ['asks for more while its node is next', 'nothing', claim('3Gi', at('NodeResizePending', '2Gi')), volume('2Gi')],
    ['waits for its node', 'nothing', claim('2Gi', at('NodeResizeInProgress', '2Gi')), volume('2Gi')],
    ['has a node that could not', 'expand to 2Gi', claim('2Gi', at('NodeResizeInfeasible', '2Gi')), volume('2Gi')],
    ['asks for more than its node could not', 'expand to 2Gi', claim('3Gi', at('NodeResizeInfeasible', '2Gi')), volume('2Gi')],
    ['has a volume that has grown before a crash', 'expand to 2Gi', claim('2Gi', at('ControllerResizeInProgress', '2Gi')), volume('2Gi')],
    [
      'asks for more after its node is done',
      'expand to 3Gi',
      claim('3Gi', { ...at(undefined, '2Gi'), capacity: { storage: '2Gi' } }),
      volume('2Gi'),
    ],
  ])('with recovery is right for a claim that %s: %s', (_, then, given, on, memory = {}) => {
    expect(brief(given, on, true, memory)).toBe(then)
  })

  test('holds an expansion that the driver cannot make while a Pod has the volume', () => {
    expect(brief(claim('2Gi'), volume('1Gi'), false, { isInUse: true }, true)).toBe('expand to 2Gi, held')
    expect(brief(claim('2Gi'), volume('1Gi'), false, { isInUse: true }, false)).toBe('expand to 2Gi')
  })

  test('says in the claim what is gone for', () => {
    const observed = { claim: claim('2Gi'), volume: volume('1Gi'), expander: 'controller' as const, memory: {}, isUsed: false }
    const conditions = [{ type: 'Resizing', status: 'True', lastTransitionTime: TIME }]
    expect(planExpansion(observed, NOW, false)).toMatchObject({ claim: claim('2Gi', { conditions }) })
    expect(planExpansion(observed, NOW, true)).toMatchObject({
      claim: claim('2Gi', { conditions, ...at('ControllerResizeInProgress', '2Gi') }),
    })
  })
})

describe('the outcome of an expansion', () => {
  const plain = { capacityBytes: 2 ** 31, nodeExpansionRequired: false }
  const onNode = { capacityBytes: 0, nodeExpansionRequired: true }
  const marked = claim('2Gi', { ...at('ControllerResizeInProgress', '2Gi'), conditions: [{ type: 'Resizing', status: 'True' }] })

  test('is the size that the driver says, or what it was asked for', () => {
    expect(sizeAfter(plain, '1.5Gi')).toBe('2Gi')
    expect(sizeAfter(onNode, '1.5Gi')).toBe('1.5Gi')
  })

  test('is on the volume, and on the claim where no node is needed', () => {
    expect(expandedVolume(volume('1Gi'), '2Gi', plain, marked)).toEqual(volume('2Gi'))
    expect(expandedClaim(marked, '2Gi', plain, NOW, true).status).toEqual({
      phase: 'Bound',
      capacity: { storage: '2Gi' },
      allocatedResources: { storage: '2Gi' },
    })
  })

  test('leaves a mark on the volume, and the claim as it was, where the node is next', () => {
    expect(expandedVolume(volume('1Gi'), '2Gi', onNode, marked)).toEqual(volume('2Gi', { [MARK]: '1Gi' }))
    expect(expandedVolume(volume('2Gi', { [MARK]: '1Gi' }), '3Gi', onNode, marked)).toEqual(volume('3Gi', { [MARK]: '1Gi' }))
    const after = expandedClaim(marked, '2Gi', onNode, NOW, true).status
    expect(after).toMatchObject({ capacity: { storage: '1Gi' }, ...at('NodeResizePending', '2Gi') })
    expect(after?.conditions?.map(({ type }) => type)).toEqual(['Resizing', 'FileSystemResizePending'])
    expect(expandedClaim(claim('2Gi'), '2Gi', onNode, NOW, false).status).not.toHaveProperty('allocatedResourceStatuses')
  })

  test.each([
    ['OUT_OF_RANGE', { isFinal: true, slowUntilMs: NOW + 300_000 }, 'ControllerResizeInfeasible'],
    ['INTERNAL', { isFinal: true }, 'ControllerResizeInProgress'],
    ['FAILED_PRECONDITION', { isFinal: true, isInUse: true }, 'ControllerResizeInProgress'],
    ['DEADLINE_EXCEEDED', {}, undefined],
  ] as const)('is remembered when it is %s', (code, memory, state) => {
    const failure = failedExpansion(new CsiError(code, 'no'), NOW, true)
    expect(failure.memory).toEqual(memory)
    const status = failure.change?.(marked).status
    expect(status?.allocatedResourceStatuses?.['storage']).toBe(state)
    if (state === undefined) return
    const message = `failed to expand pvc with ${rpcErrorText(new CsiError(code, 'no'))}`
    expect(status?.conditions).toContainEqual({ type: 'ControllerResizeError', status: 'True', lastTransitionTime: TIME, message })
    expect(failedExpansion(new CsiError(code, 'no'), NOW, false)).not.toHaveProperty('change')
  })
})
