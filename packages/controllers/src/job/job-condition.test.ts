import { describe, expect, test } from '@jest/globals'
import { finishedAtMs, finishedCondition, jobCondition, trueCondition, withCondition } from './job-condition.ts'
import { ago, conditionFixture, jobFixture, NOW_MS } from './testing/job-fixtures.ts'

describe('conditions of a Job', () => {
  const suspended = conditionFixture('Suspended', 'JobSuspended', 'Job suspended')
  const target = conditionFixture('FailureTarget', 'r', 'm')

  test('`withCondition()` appends a new condition', () => {
    expect(withCondition([suspended], target)).toEqual([suspended, target])
  })

  test('`withCondition()` changes a condition in its place', () => {
    const resumed = jobCondition('Suspended', 'False', 'JobResumed', 'Job resumed', NOW_MS)
    expect(withCondition([suspended, target], resumed)).toEqual([resumed, target])
  })

  test('`withCondition()` changes nothing when only the time differs', () => {
    expect(withCondition([suspended], jobCondition('Suspended', 'True', 'JobSuspended', 'Job suspended', NOW_MS))).toBeUndefined()
  })

  test('`withCondition()` does not add a condition that is False', () => {
    expect(withCondition([], jobCondition('Suspended', 'False', 'JobResumed', 'Job resumed', NOW_MS))).toBeUndefined()
  })

  test('`trueCondition()` passes over a condition that is False', () => {
    expect(trueCondition([conditionFixture('FailureTarget', 'r', 'm', { status: 'False' })], 'FailureTarget')).toBeUndefined()
    expect(trueCondition([suspended, target], 'FailureTarget')).toBe(target)
  })

  test('`finishedCondition()` and `finishedAtMs()` tell how and when a Job ended', () => {
    const failed = conditionFixture('Failed', 'r', 'm', { seconds: 7 })
    const over = jobFixture({ status: { conditions: [target, failed] } })
    expect(finishedCondition(over)).toBe(failed)
    expect(finishedAtMs(over)).toBe(NOW_MS - 7000)
    const goesOn = jobFixture({ status: { conditions: [target, conditionFixture('Complete', 'r', 'm', { status: 'False' })] } })
    expect(finishedCondition(goesOn)).toBeUndefined()
    expect(finishedAtMs(goesOn)).toBeUndefined()
    expect(ago(7)).toBe(failed.lastTransitionTime)
  })
})
