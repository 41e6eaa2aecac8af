import { describe, expect, test } from '@jest/globals'
import type { LimitRange } from '@kubetape/api/types/core/v1'
import { StrategyRunner } from '../../testing/strategy-runner.ts'
import { limitRangeStrategy } from './limit-range-strategy.ts'

const runner = new StrategyRunner<LimitRange>({ group: '', version: 'v1', kind: 'LimitRange' }, limitRangeStrategy)
const create = (...limits: object[]): ReturnType<typeof runner.create> => runner.create({ metadata: { name: 'lr' }, spec: { limits } })
/** The errors with the printed quantities left out. */
const errors = (...limits: object[]): string[] =>
  create(...limits).errors.map((text) => text.replace(/resource\.Quantity\{.*\}: /, 'Q: ').replace('spec.limits[0].', ''))

describe('limitRangeStrategy', () => {
  test('derives what containers get from limits, minimum and maximum', () => {
    const { object } = create({ type: 'Container', max: { cpu: '2' }, min: { cpu: '1', memory: '1Mi' }, default: { memory: '2Mi' } })
    expect(object.spec.limits[0]).toMatchObject({ default: { cpu: '2', memory: '2Mi' }, defaultRequest: { cpu: '2', memory: '2Mi' } })
  })

  test.each<[object, string[]]>([
    [{ type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } }, ['min[cpu]: Invalid value: Q: min value 2 is greater than max value 1']],
    [{ type: 'Pod', default: { cpu: '2' } }, ["default: Forbidden: may not be specified when `type` is 'Pod'"]],
    [{ type: 'Container', max: { cats: '1' } }, ['max[cats]: Invalid value: cats: must be a standard resource type or fully qualified']],
    [
      { type: 'PersistentVolumeClaim' },
      ['limits: Required value: either minimum or maximum storage value is required, but neither was provided'],
    ],
    [{ type: 'Image' }, ['type: Invalid value: "Image": must be a standard limit type or fully qualified']],
    [
      { type: 'Pod', min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '500m' } },
      ['maxLimitRequestRatio[cpu]: Invalid value: Q: ratio 500m is less than 1'],
    ],
  ])('refuses %j', (item, wanted) => {
    expect(errors(item)).toEqual(expect.arrayContaining(wanted))
  })

  test('says when it was made', () => {
    expect(limitRangeStrategy.tableRow!(create().object, 0)).toEqual(['lr', '2026-01-01T00:00:00Z'])
  })
})
