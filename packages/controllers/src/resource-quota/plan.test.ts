import { describe, expect, test } from '@jest/globals'
import type { ResourceQuota } from '@kubetape/api/types/core/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import { evaluatorOf } from '@kubetape/quota'
import { type Counted, plan } from './plan.ts'

const quota = (spec: object, status: object = {}): ResourceQuota => ({ metadata: { name: 'q' }, spec, status })
const counted = (resource: string, ...objects: object[]): Counted => ({
  evaluator: evaluatorOf({ group: '', resource }),
  objects: objects as KubeObject[],
})
const pod = (cpu: string, more: object = {}): object => ({
  metadata: {},
  spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }], ...more },
})

describe('plan()', () => {
  test('takes the limits over and counts what is there', () => {
    const hard = { secrets: '5', pods: '9', 'requests.cpu': '4' }
    expect(plan(quota({ hard }), [counted('secrets', {}, {}), counted('pods', pod('1500m'), pod('1'))], 0)).toEqual({
      hard,
      used: { pods: '2', 'requests.cpu': '2500m', secrets: '2' },
    })
  })

  test('counts nothing as zero, and what is not served not at all', () => {
    expect(plan(quota({ hard: { secrets: '1', 'count/cats.example.com': '1' } }), [counted('secrets')], 0)!.used).toEqual({ secrets: '0' })
  })

  test('counts what is within the scopes', () => {
    const scoped = quota({ hard: { pods: '9' }, scopes: ['Terminating'] })
    expect(plan(scoped, [counted('pods', pod('1'), pod('1', { activeDeadlineSeconds: 5 }))], 0)!.used).toEqual({ pods: '1' })
  })

  test('forgets the use of what is no longer limited', () => {
    const before = { hard: { secrets: '1', pods: '1' }, used: { secrets: '1', pods: '1' } }
    expect(plan(quota({ hard: { secrets: '1' } }, before), [counted('secrets')], 0)).toEqual({
      hard: { secrets: '1' },
      used: { secrets: '0' },
    })
  })

  test('says nothing when the status is right, however it is written', () => {
    expect(
      plan(quota({ hard: { secrets: '1' } }, { hard: { secrets: '1000m' }, used: { secrets: '1' } }), [counted('secrets', {})], 0),
    ).toBeUndefined()
    expect(plan(quota({}, {}), [], 0)).toBeUndefined()
  })
})
