import { describe, expect, test } from '@jest/globals'
import type { Lease } from '@kubetape/api/types/coordination/v1'
import type { LeaseCandidate } from '@kubetape/api/types/coordination/v1alpha1'
import { StrategyRunner } from '../testing/strategy-runner.ts'
import { leaseCandidateStrategy } from './lease-candidate-strategy.ts'
import { leaseStrategy } from './lease-strategy.ts'

const kind = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease' }
const off = new StrategyRunner<Lease>(kind, leaseStrategy)
const on = new StrategyRunner<Lease>(kind, leaseStrategy, { gates: { CoordinatedLeaderElection: true } })
const body = (spec: object): object => ({ metadata: { name: 'l' }, spec })

describe('leaseStrategy', () => {
  test.each<[object, string[]]>([
    [{ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0 }, []],
    [{ leaseDurationSeconds: 0 }, ['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0']],
    [{ leaseTransitions: -1 }, ['spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0']],
    [{ strategy: 'Fastest' }, ['spec.strategy.strategy: Unsupported value: "Fastest": supported values: "OldestEmulationVersion"']],
    [{ strategy: 'OldestEmulationVersion', preferredHolder: 'b' }, []],
    [{ strategy: 'example.com/mine' }, []],
    [{ preferredHolder: 'b' }, ['spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined']],
  ])('judges %j on create and on update', (spec, expected) => {
    expect(on.create(body(spec)).errors).toEqual(expected)
    expect(on.update(on.create(body({})).object, (lease) => (lease.spec = spec)).errors).toEqual(expected)
  })

  test('drops the fields of coordinated election unless they are in use', () => {
    const spec = { strategy: 'OldestEmulationVersion', preferredHolder: 'b' }
    expect(off.create(body(spec)).object.spec).toEqual({})
    const used = on.create(body(spec)).object
    expect(off.update(used, (lease) => (lease.spec.preferredHolder = 'c')).object.spec).toEqual({ ...spec, preferredHolder: 'c' })
    expect(off.update(off.create(body({})).object, (lease) => (lease.spec = spec)).object.spec).toEqual({})
  })

  test('is made by a PUT and changed only at a known version', () => {
    expect(leaseStrategy).toMatchObject({ createOnUpdate: true, unconditionalUpdate: false })
  })

  test('tells its holder in its row', () => {
    const now = Date.parse('2026-01-01T00:00:30Z')
    expect(leaseStrategy.tableRow?.(off.create(body({ holderIdentity: 'me' })).object, now)).toEqual(['l', 'me', '30s'])
    expect(leaseStrategy.tableRow?.(off.create(body({})).object, now)[1]).toBe('')
  })
})

describe('leaseCandidateStrategy', () => {
  const runner = new StrategyRunner<LeaseCandidate>(
    { group: 'coordination.k8s.io', version: 'v1alpha1', kind: 'LeaseCandidate' },
    leaseCandidateStrategy,
  )
  const spec = { leaseName: 'lease', binaryVersion: '1.31.0', emulationVersion: '1.31.0', preferredStrategies: ['OldestEmulationVersion'] }
  const versions = "Required value: must be specified when `strategy` is 'OldestEmulationVersion'"

  test.each<[string, object, string[]]>([
    ['a whole one', {}, []],
    ['no lease', { leaseName: '' }, ['leaseName: Required value']],
    ['no strategies', { preferredStrategies: [] }, []],
    [
      'an unknown strategy',
      { preferredStrategies: ['Fastest'] },
      ['preferredStrategies[0].strategy: Unsupported value: "Fastest": supported values: "OldestEmulationVersion"'],
    ],
    ['a strategy of its own', { preferredStrategies: ['example.com/mine'] }, []],
    ['no versions', { binaryVersion: '', emulationVersion: '' }, [`binaryVersion: ${versions}`, `emulationVersion: ${versions}`]],
    [
      'bad versions',
      { binaryVersion: 'v1', emulationVersion: 'x' },
      [
        'emulationVersion: Invalid value: "x": must be a valid semantic version',
        'binaryVersion: Invalid value: "v1": must be a valid semantic version',
        `binaryVersion: ${versions}`,
        `emulationVersion: ${versions}`,
      ],
    ],
    [
      'emulating a later version',
      { emulationVersion: '1.32.0' },
      ['binaryVersion: Invalid value: "1.31.0": must be greater than or equal to `emulationVersion`'],
    ],
  ])('judges %s', (_, fields, expected) => {
    expect(runner.create({ metadata: { name: 'c' }, spec: { ...spec, ...fields } }).errors).toEqual(
      expected.map((error) => `spec.${error}`),
    )
  })

  test('has a row', () => {
    const { object } = runner.create({ metadata: { name: 'c' }, spec })
    expect(leaseCandidateStrategy.tableRow?.(object, Date.parse('2026-01-01T00:00:30Z'))).toEqual(['c', 'lease', '1.31.0', '1.31.0', '30s'])
  })

  test('stays a candidate for the same lease', () => {
    const { object } = runner.create({ metadata: { name: 'c' }, spec })
    expect(runner.update(object, (candidate) => (candidate.spec.leaseName = 'other')).errors).toEqual([
      'spec.leaseName: Invalid value: "other": field is immutable',
    ])
    expect(runner.update(object, (candidate) => (candidate.spec.pingTime = '2024-01-01T00:00:00.000000Z')).errors).toEqual([])
  })
})
