import { describe, expect, test } from '@jest/globals'
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimStatus } from '@kubetape/api/types/core/v1'
import type { VolumeAttributesClass } from '@kubetape/api/types/storage/v1beta1'
import { type ModifyMemory, planModification } from './modify-plan.ts'
import { completed, failed, inProgress, isMarkedNamedBefore, pending } from './modify-status.ts'

const NOW = Date.parse('2024-08-13T00:00:00Z')
const DRIVER = 'd.example.com'

const claim = (
  wanted: string | undefined,
  current: string | undefined,
  status: PersistentVolumeClaimStatus = {},
): PersistentVolumeClaim => ({
  metadata: { name: 'data', namespace: 'n' },
  spec: { volumeName: 'v', ...(wanted === undefined ? {} : { volumeAttributesClassName: wanted }) },
  status: { phase: 'Bound', ...(current === undefined ? {} : { currentVolumeAttributesClassName: current }), ...status },
})
const volume = (name?: string): PersistentVolume => ({
  metadata: { name: 'v' },
  spec: { csi: { driver: DRIVER, volumeHandle: 'h' }, ...(name === undefined ? {} : { volumeAttributesClassName: name }) },
})
const classes: Record<string, VolumeAttributesClass> = Object.fromEntries(
  ['silver', 'gold', 'platinum', 'foreign'].map((name) => [
    name,
    { metadata: { name }, driverName: name === 'foreign' ? 'other.example.com' : DRIVER, parameters: { tier: name } },
  ]),
)
const at = (state: 'InProgress' | 'Infeasible' | 'Pending', target: string): PersistentVolumeClaimStatus => ({
  modifyVolumeStatus: { status: state, targetVolumeAttributesClassName: target },
})
const asked = (target: string, more: Partial<ModifyMemory> = {}): ModifyMemory => ({
  asked: { target, parameters: { tier: `old ${target}` } },
  ...more,
})
const plan = (given: PersistentVolumeClaim, on: PersistentVolume, memory: ModifyMemory = {}): ReturnType<typeof planModification> =>
  planModification({ claim: given, volume: on, classOf: (name) => classes[name], memory }, NOW)
/** What the plan comes to, in a word or three. */
const brief = (...args: Parameters<typeof plan>): string => {
  const next = plan(...args)
  if (next === undefined) return 'nothing'
  const mark = 'claim' in next && next.claim !== undefined ? `, ${next.claim.status?.modifyVolumeStatus?.status ?? 'cleared'}` : ''
  switch (next.type) {
    case 'modify':
      return `modify ${next.parameters['tier']}${mark}`
    case 'record':
      return `record ${next.target}`
    default:
      return `${next.type}${mark}`
  }
}

describe('planModification()', () => {
  test.each<[string, string, PersistentVolumeClaim, PersistentVolume, ModifyMemory?]>([
    ['has what it wants', 'nothing', claim('gold', 'gold'), volume('gold')],
    ['wants nothing', 'nothing', claim(undefined, undefined), volume()],
    ['wants the empty class', 'nothing', claim('', undefined), volume()],
    ['is not bound', 'nothing', claim('gold', 'silver', { phase: 'Lost' }), volume('silver')],
    ['wants its first class', 'modify gold, InProgress', claim('gold', undefined), volume()],
    ['wants another class', 'modify gold, InProgress', claim('gold', 'silver'), volume('silver')],
    ['wants a class that does not exist', 'hold, Pending', claim('none', 'silver'), volume('silver')],
    ['has said so already', 'hold', claim('none', 'silver', at('Pending', 'none')), volume('silver')],
    ['wants another that does not exist', 'hold, Pending', claim('none', 'silver', at('Pending', 'nothing')), volume('silver')],
    ['wants a class of another driver', 'hold, Pending', claim('foreign', 'silver'), volume('silver')],
    ['waited for a class that exists now', 'modify gold, InProgress', claim('gold', 'silver', at('Pending', 'gold')), volume('silver')],
    ['waited for a class and wants it no more', 'roll-back, cleared', claim('silver', 'silver', at('Pending', 'gold')), volume('silver')],
    // In flight.
    ['is asked for after a restart', 'modify gold', claim('gold', 'silver', at('InProgress', 'gold')), volume('silver')],
    ['was given it before a crash', 'record gold', claim('gold', 'silver', at('InProgress', 'gold')), volume('gold')],
    [
      'wants the next before the last is final',
      'modify gold',
      claim('platinum', 'silver', at('InProgress', 'gold')),
      volume('silver'),
      asked('gold'),
    ],
    [
      'wants what it has before the last is final',
      'modify gold',
      claim('silver', 'silver', at('InProgress', 'gold')),
      volume('silver'),
      asked('gold'),
    ],
    [
      'had its class deleted in flight',
      'modify old lead',
      claim('lead', 'silver', at('InProgress', 'lead')),
      volume('silver'),
      asked('lead'),
    ],
    ['had it deleted and nobody knows what it said', 'hold', claim('lead', 'silver', at('InProgress', 'lead')), volume('silver')],
    [
      'wants another, and nobody knows what the last said',
      'modify gold, InProgress',
      claim('gold', 'silver', at('InProgress', 'lead')),
      volume('silver'),
    ],
    // The driver has failed for good.
    [
      'is tried again',
      'modify gold',
      claim('gold', 'silver', at('InProgress', 'gold')),
      volume('silver'),
      asked('gold', { isFinal: true }),
    ],
    [
      'wants the next after a failure',
      'modify platinum, InProgress',
      claim('platinum', 'silver', at('InProgress', 'gold')),
      volume('silver'),
      asked('gold', { isFinal: true }),
    ],
    [
      'rolls back half a change',
      'modify silver, InProgress',
      claim('silver', 'silver', at('InProgress', 'gold')),
      volume('silver'),
      asked('gold', { isFinal: true }),
    ],
    [
      'failed, and its class is gone',
      'hold, Pending',
      claim('lead', 'silver', at('InProgress', 'lead')),
      volume('silver'),
      asked('lead', { isFinal: true }),
    ],
    // It cannot be.
    [
      'rolls back what cannot be',
      'roll-back, cleared',
      claim('silver', 'silver', at('Infeasible', 'gold')),
      volume('silver'),
      asked('gold', { isFinal: true }),
    ],
    [
      'waits after what cannot be',
      'wait',
      claim('gold', 'silver', at('Infeasible', 'gold')),
      volume('silver'),
      asked('gold', { isFinal: true, slowUntilMs: NOW + 1 }),
    ],
    [
      'tries again after the wait',
      'modify gold, InProgress',
      claim('gold', 'silver', at('Infeasible', 'gold')),
      volume('silver'),
      asked('gold', { isFinal: true, slowUntilMs: NOW }),
    ],
    [
      'wants another than what cannot be',
      'modify platinum, InProgress',
      claim('platinum', 'silver', at('Infeasible', 'gold')),
      volume('silver'),
      asked('gold', { isFinal: true, slowUntilMs: NOW + 1 }),
    ],
  ])('is right for a claim that %s: %s', (_, then, given, on, memory = {}) => {
    expect(brief(given, on, memory)).toBe(then)
  })

  test('takes the name of a class on a volume for an answer only where the driver was asked after it', () => {
    const named = volume('gold')
    const next = plan(claim('gold', 'silver'), named)
    if (next?.type !== 'modify' || next.claim === undefined) throw new Error('the driver is not asked')
    expect(isMarkedNamedBefore(next.claim)).toBe(true)
    expect(brief(next.claim, named)).toBe('modify gold')
    const unavailable = failed(next.claim, 'gold', 'x', NOW, false)
    expect(brief(unavailable, named, asked('gold'))).toBe('modify gold')
    expect(isMarkedNamedBefore(failed(next.claim, 'gold', 'x', NOW, true))).toBe(false)
  })
})

describe('the status of a claim whose class is changed', () => {
  const other = { type: 'Resizing', status: 'True' }
  const given = claim('gold', 'silver', { conditions: [other] })

  test('tells that it is going on, that it has failed, that it is over', () => {
    expect(pending(given, 'gold').status).toMatchObject({ ...at('Pending', 'gold'), conditions: [other] })
    const begun = inProgress(given, 'gold', NOW, false)
    const lastTransitionTime = '2024-08-13T00:00:00Z'
    expect(begun.status).toMatchObject({
      ...at('InProgress', 'gold'),
      conditions: [other, { type: 'ModifyingVolume', status: 'True', lastTransitionTime, message: 'ModifyVolume operation in progress.' }],
    })
    const error = failed(begun, 'gold', 'rpc error: code = InvalidArgument desc = no', NOW, true)
    const message = 'ModifyVolume failed with error: rpc error: code = InvalidArgument desc = no. Waiting for retry.'
    expect(error.status).toMatchObject({
      ...at('Infeasible', 'gold'),
      conditions: [other, { type: 'ModifyVolumeError', status: 'True', lastTransitionTime, message }],
    })
    expect(completed(error, 'gold').status).toEqual({ phase: 'Bound', currentVolumeAttributesClassName: 'gold', conditions: [other] })
    expect(completed(inProgress(claim('gold', 'silver'), 'gold', NOW, false), 'gold').status).toEqual({
      phase: 'Bound',
      currentVolumeAttributesClassName: 'gold',
    })
  })
})
