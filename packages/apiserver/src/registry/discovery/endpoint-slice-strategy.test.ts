import { describe, expect, test } from '@jest/globals'
import type { EndpointSlice } from '@kubetape/api/types/discovery/v1'
import { StrategyRunner } from '../testing/strategy-runner.ts'
import { endpointSliceStrategy } from './endpoint-slice-strategy.ts'

const KIND = { group: 'discovery.k8s.io', version: 'v1', kind: 'EndpointSlice' }
const runner = new StrategyRunner<EndpointSlice>(KIND, endpointSliceStrategy)
const create = (more: object): ReturnType<typeof runner.create> =>
  runner.create({ metadata: { name: 's' }, addressType: 'IPv4', endpoints: [{ addresses: ['192.0.2.1'] }], ports: [{ port: 80 }], ...more })
const named = (name: string): object => ({ addressType: 'FQDN', endpoints: [{ addresses: [name] }] })

describe('endpointSliceStrategy', () => {
  test('fills in conditions and what ports are', () => {
    const { object, errors } = create({})
    expect(errors).toEqual([])
    expect(object.endpoints[0]!.conditions).toEqual({})
    expect(object.ports).toEqual([{ name: '', port: 80, protocol: 'TCP' }])
  })

  test('drops the topology of old, but keeps the node that only it named', () => {
    const deprecatedTopology = { 'kubernetes.io/hostname': 'n' }
    const { object } = create({ endpoints: [{ addresses: ['192.0.2.1'], deprecatedTopology }] })
    expect(object.endpoints[0]).not.toHaveProperty('deprecatedTopology')
    const old = { ...object, endpoints: [{ ...object.endpoints[0]!, deprecatedTopology }] }
    const same = runner.update(old, (draft) => (draft.metadata.labels = { a: 'b' })).object
    expect(same.endpoints[0]!.deprecatedTopology).toEqual(deprecatedTopology)
    const changed = runner.update(old, (draft) => draft.endpoints.push({ addresses: ['192.0.2.2'] })).object
    expect(changed.endpoints[0]).toMatchObject({ nodeName: 'n' })
    expect(changed.endpoints[0]).not.toHaveProperty('deprecatedTopology')
  })

  test.each<[object, string[]]>([
    [named('example.com.'), []],
    [named(''), ['endpoints[0].addresses[0]: Required value']],
    [
      named('example'),
      ['endpoints[0].addresses[0]: Invalid value: "example": should be a domain with at least two segments separated by dots'],
    ],
    [
      { addressType: 'IPv6', endpoints: [{ addresses: ['::1'] }] },
      ['endpoints[0].addresses[0]: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ],
    [{ endpoints: Array.from({ length: 1001 }, () => ({ addresses: [] })) }, ['endpoints: Too many: 1001: must have at most 1000 items']],
    [
      { endpoints: [{ addresses: ['192.0.2.1'], hints: { forZones: [{ name: 'z' }, { name: 'z' }] } }] },
      ['endpoints[0].hints.forZones[1].name: Duplicate value: "z"'],
    ],
    [{ ports: [{ port: 1 }, { port: 2 }] }, ['ports[1].name: Duplicate value: ""']],
  ])('judges %j', (more, errors) => {
    expect(create(more).errors).toEqual(errors)
  })

  test('warns of host names, and keeps the type of addresses', () => {
    const { object, warnings } = create(named('example.com'))
    expect(warnings).toEqual(['spec.addressType: FQDN endpoints are deprecated'])
    const { errors } = runner.update(object, (draft) => {
      draft.addressType = 'IPv4'
      draft.endpoints = []
    })
    expect(errors).toEqual(['addressType: Invalid value: "IPv4": field is immutable'])
  })

  test('counts changed labels as a new generation', () => {
    const old = create({}).object
    expect(endpointSliceStrategy.changesGeneration?.({ ...old, metadata: { ...old.metadata, labels: { a: 'b' } } }, old)).toBe(true)
    expect(endpointSliceStrategy.changesGeneration?.({ ...old, metadata: { ...old.metadata, annotations: { a: 'b' } } }, old)).toBe(false)
  })
})
