import { describe, expect, test } from '@jest/globals'
import { hostAddress, podRange } from './address-range.ts'

describe('podRange()', () => {
  test.each([
    { index: 3, podsMax: 110, cidr: '10.244.3.0/24', size: 254, first: '10.244.3.1', last: '10.244.3.254' },
    { index: 3, podsMax: 254, cidr: '10.244.3.0/24', size: 254, first: '10.244.3.1', last: '10.244.3.254' },
    { index: 0, podsMax: 1000, cidr: '10.244.0.0/22', size: 1022, first: '10.244.0.1', last: '10.244.3.254' },
    { index: 65, podsMax: 1000, cidr: '10.245.4.0/22', size: 1022, first: '10.245.4.1', last: '10.245.7.254' },
  ])('answers $cidr when node $index takes $podsMax Pods', ({ index, podsMax, cidr, size, first, last }) => {
    const range = podRange(index, podsMax)
    expect([range.cidr, range.size, range.address(0), range.address(range.size - 1)]).toEqual([cidr, size, first, last])
  })
})

describe('hostAddress()', () => {
  test('answers another address for each node', () => {
    expect([hostAddress(0), hostAddress(1), hostAddress(300)]).toEqual(['192.168.0.10', '192.168.0.11', '192.168.1.54'])
  })
})
