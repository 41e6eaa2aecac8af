import { describe, expect, test } from '@jest/globals'
import { serviceNetworkOf } from './service-network-options.ts'

describe('serviceNetworkOf()', () => {
  test('tells the API server what is said, and nothing else', () => {
    expect(serviceNetworkOf({})).toEqual({})
    expect(serviceNetworkOf({ serviceClusterIpRange: '10.0.0.0/16,fd00::/112', serviceNodePortRange: '30000-30100' })).toEqual({
      clusterIpRange: '10.0.0.0/16,fd00::/112',
      nodePorts: { first: 30_000, last: 30_100 },
    })
    expect(serviceNetworkOf({ serviceNodePortRange: '30000+5' })).toEqual({ nodePorts: { first: 30_000, last: 30_005 } })
  })
})
