import { describe, expect, test } from '@jest/globals'
import { repackSubsets, type SubsetAddress, type SubsetPort } from './endpoint-subsets.ts'

const http = { name: 'http', port: 80, protocol: 'TCP' }
const dns = { name: 'dns', port: 53, protocol: 'UDP' }
const a = { ip: '10.0.0.1', targetRef: { uid: 'a' } }
const b = { ip: '10.0.0.2', targetRef: { uid: 'b' } }

describe('repackSubsets()', () => {
  test('puts addresses with the same ports together, ready ones and others', () => {
    expect(
      repackSubsets([
        { notReadyAddresses: [b], ports: [http] },
        { addresses: [a], ports: [dns] },
        { addresses: [a], ports: [http] },
        { notReadyAddresses: [b], ports: [dns] },
      ]),
    ).toEqual([{ addresses: [a], notReadyAddresses: [b], ports: [dns, http] }])
  })

  test('keeps addresses with other ports apart', () => {
    expect(
      repackSubsets([
        { addresses: [a, b], ports: [http] },
        { addresses: [b], ports: [dns] },
      ]),
    ).toEqual([
      { addresses: [b], ports: [dns] },
      { addresses: [a, b], ports: [http] },
    ])
  })

  test('keeps addresses without ports, and one whose owner is another', () => {
    const other = { ip: a.ip, targetRef: { uid: 'z' } }
    expect(repackSubsets([{ addresses: [other] }, { addresses: [a] }])).toEqual([{ addresses: [a, other] }])
  })

  test('takes an address that is not ready in one place as not ready', () => {
    expect(repackSubsets([{ addresses: [a], notReadyAddresses: [a], ports: [http] }])).toEqual([{ notReadyAddresses: [a], ports: [http] }])
  })

  test('changes nothing when it is applied again', () => {
    const once = repackSubsets<SubsetAddress, SubsetPort>([
      { addresses: [b, a], ports: [http, dns] },
      { notReadyAddresses: [{ ip: '10.0.0.3' }], ports: [{ port: 9 }] },
    ])
    expect(repackSubsets(once)).toEqual(once)
  })
})
