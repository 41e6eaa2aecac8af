import type { ServiceCIDR } from '@kubetape/api/types/networking/v1beta1'
import { parseIp } from '@kubetape/apimachinery'
import { describe, expect, test } from '@jest/globals'
import { DELETION_GRACE_MS, MESSAGES, plan, SERVICE_CIDR_FINALIZER, type ServiceCidrPlan } from './plan.ts'

const deletionTimestamp = '2024-08-13T00:00:00Z'
const BEGIN = Date.parse(deletionTimestamp)
const condition = (status: 'True' | 'False') => [
  { type: 'Ready', status, reason: '', message: MESSAGES[status]!, lastTransitionTime: deletionTimestamp },
]

function cidr(
  name: string,
  cidrs: string[],
  { leaving = false, ready = 'True', held = true }: { leaving?: boolean; ready?: 'True' | 'False' | 'unknown'; held?: boolean } = {},
): ServiceCIDR {
  return {
    metadata: { name, ...(held ? { finalizers: [SERVICE_CIDR_FINALIZER] } : {}), ...(leaving ? { deletionTimestamp } : {}) },
    spec: { cidrs },
    status: ready === 'unknown' ? {} : { conditions: condition(ready) },
  }
}

const leaving = cidr('one', ['10.0.0.0/29'], { leaving: true })

describe('plan()', () => {
  test.each<[string, ServiceCIDR, ServiceCIDR[], string[], number, ServiceCidrPlan]>([
    ['protects a new one', cidr('one', ['10.0.0.0/29'], { held: false, ready: 'unknown' }), [], [], 0, { action: 'protect' }],
    ['says that it is ready', cidr('one', ['10.0.0.0/29'], { ready: 'unknown' }), [], [], 0, { action: 'ready' }],
    ['says so again after it was blocked', cidr('one', ['10.0.0.0/29'], { ready: 'False' }), [], [], 0, { action: 'ready' }],
    ['leaves it alone then', cidr('one', ['10.0.0.0/29']), [], ['10.0.0.1'], 0, { action: 'none' }],
    ['waits before it lets an unused one go', leaving, [], [], 1000, { action: 'wait', ms: DELETION_GRACE_MS - 1000 }],
    ['lets it go then', leaving, [], ['10.0.1.1'], DELETION_GRACE_MS, { action: 'release' }],
    ['blocks it while an address would be in no range', leaving, [], ['10.0.0.1'], DELETION_GRACE_MS, { action: 'block' }],
    ['says that once', { ...leaving, status: { conditions: condition('False') } }, [], ['10.0.0.1'], DELETION_GRACE_MS, { action: 'none' }],
    ['looks over its network and broadcast addresses', leaving, [], ['10.0.0.0', '10.0.0.7'], DELETION_GRACE_MS, { action: 'release' }],
    ['lets it go within a larger one', leaving, [cidr('wide', ['10.0.0.0/24'])], ['10.0.0.1'], DELETION_GRACE_MS, { action: 'release' }],
    [
      'lets it go when smaller ones have what is used',
      leaving,
      [cidr('small', ['10.0.0.0/30'])],
      ['10.0.0.1'],
      DELETION_GRACE_MS,
      { action: 'release' },
    ],
    [
      'not when they have it at their edge only',
      leaving,
      [cidr('small', ['10.0.0.0/30'])],
      ['10.0.0.3'],
      DELETION_GRACE_MS,
      { action: 'block' },
    ],
    ['not within one that leaves too', leaving, [cidr('wide', ['10.0.0.0/24'], { leaving: true })], ['10.0.0.1'], 0, { action: 'block' }],
    [
      'of two families, one is enough',
      cidr('one', ['10.0.0.0/29', 'fd00::/120'], { leaving: true }),
      [cidr('wide', ['10.0.0.0/24'])],
      ['10.0.0.1', 'fd00::1'],
      0,
      { action: 'block' },
    ],
    [
      'is done with one that somebody else let go',
      cidr('one', ['10.0.0.0/29'], { leaving: true, held: false }),
      [],
      ['10.0.0.1'],
      0,
      { action: 'none' },
    ],
  ])('%s', (_, one, others, addresses, laterMs, expected) => {
    const observed = { cidr: one, cidrs: [one, ...others], addresses: addresses.map((text) => parseIp(text)!) }
    expect(plan(observed, BEGIN + laterMs)).toEqual(expected)
  })
})
