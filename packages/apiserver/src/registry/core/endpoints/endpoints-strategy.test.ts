import { describe, expect, test } from '@jest/globals'
import type { Endpoints } from '@kubetape/api/types/core/v1'
import { StrategyRunner } from '../../testing/strategy-runner.ts'
import { endpointsStrategy } from './endpoints-strategy.ts'

const runner = new StrategyRunner<Endpoints>({ group: '', version: 'v1', kind: 'Endpoints' }, endpointsStrategy)
const create = (subset: object, name = 'web'): ReturnType<typeof runner.create> => runner.create({ metadata: { name }, subsets: [subset] })
const addresses = [{ ip: '192.0.2.1' }]

describe('endpointsStrategy', () => {
  test('keeps subsets in canonical form', () => {
    const { object, errors } = runner.create({
      metadata: { name: 'web' },
      subsets: [
        { addresses: [{ ip: '192.0.2.2' }], ports: [{ port: 80 }] },
        { addresses, ports: [{ port: 80 }] },
      ],
    })
    expect(errors).toEqual([])
    expect(object.subsets).toEqual([{ addresses: [{ ip: '192.0.2.1' }, { ip: '192.0.2.2' }], ports: [{ port: 80, protocol: 'TCP' }] }])
  })

  test.each<[object, string[]]>([
    [{ ports: [{ port: 80 }] }, ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`']],
    [
      { addresses: [{ ip: 'x' }] },
      [
        'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address',
      ],
    ],
    [
      { notReadyAddresses: [{ ip: '127.0.0.1' }] },
      ['subsets[0].notReadyAddresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ],
    [
      { addresses: [{ ip: '192.0.2.1', hostname: 'a.b' }] },
      ['subsets[0].addresses[0].hostname: Invalid value: "a.b": must not contain dots'],
    ],
    [{ addresses, ports: [{ port: 80 }, { name: 'b', port: 81 }] }, ['subsets[0].ports[0].name: Required value']],
    [{ addresses, ports: [{ port: 0 }] }, ['subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive']],
    [
      { addresses, ports: [{ port: 1, protocol: 'ICMP' }] },
      ['subsets[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"'],
    ],
  ])('refuses %j', (subset, errors) => {
    expect(create(subset).errors).toEqual(errors)
  })

  test('lets what was bad before be as long as it is left alone', () => {
    const old = create({ addresses: [{ ip: '127.0.0.1' }] }).object
    expect(runner.update(old, (draft) => (draft.metadata.labels = { a: 'b' })).errors).toEqual([])
    expect(runner.update(old, (draft) => draft.subsets!.push({ addresses })).errors).toHaveLength(1)
  })

  test('lets the API server say that it serves its own machine only', () => {
    const own = new StrategyRunner<Endpoints>({ group: '', version: 'v1', kind: 'Endpoints' }, endpointsStrategy, { namespace: 'default' })
    const body = { metadata: { name: 'kubernetes' }, subsets: [{ addresses: [{ ip: '127.0.0.1' }] }] }
    expect(own.create(body).errors).toEqual([])
  })
})
