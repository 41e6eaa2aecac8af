import { describe, expect, test } from '@jest/globals'
import type { ResourceRequirements } from '@kubetape/api/types/core/v1'
import { computeQosClass, qosClassOf } from './qos-class.ts'
import { podWith } from './testing/pod-fixture.ts'

const full = { cpu: '1', memory: '1Gi' }

describe('computeQosClass()', () => {
  test.each<[string, ResourceRequirements, string]>([
    ['nothing is asked', {}, 'BestEffort'],
    ['limits become requests', { limits: full }, 'Guaranteed'],
    ['only requests are given', { requests: full }, 'Burstable'],
    ['requests equal limits in other units', { limits: full, requests: { cpu: '1000m', memory: '1024Mi' } }, 'Guaranteed'],
    ['requests are below limits', { limits: full, requests: { cpu: '500m' } }, 'Burstable'],
    ['memory has no limit', { limits: { cpu: '1' } }, 'Burstable'],
    ['only a device is asked for', { limits: { 'example.com/gpu': '1' } }, 'BestEffort'],
    ['amounts are zero', { limits: { cpu: '0', memory: '0' } }, 'BestEffort'],
  ])('when %s', (_, resources, expected) => {
    expect(computeQosClass(podWith((pod) => (pod.spec.containers[0]!.resources = resources)).spec)).toBe(expected)
  })

  test.each(['containers', 'initContainers'] as const)('is Burstable when one more of %s has no limits', (list) => {
    const pod = podWith(({ spec }) => {
      spec.containers[0]!.resources = { limits: full }
      spec[list] = [...(spec[list] ?? []), { name: 'two', image: 'app:1' }]
    })
    expect(computeQosClass(pod.spec)).toBe('Burstable')
  })

  test('`qosClassOf()` keeps the class in the status', () => {
    expect(qosClassOf(podWith((pod) => (pod.status = { qosClass: 'Guaranteed' })))).toBe('Guaranteed')
  })
})
