import { describe, expect, test } from '@jest/globals'
import { FieldPath } from '@kubetape/apimachinery'
import type { ResourceRequirements } from '@kubetape/api/types/core/v1'
import { usesIndivisibleHugePages, validateResourceRequirements } from './resource-requirements.ts'
import { podWith, texts } from './testing/pod-fixture.ts'

const judge = (requirements: ResourceRequirements, allowIndivisibleHugePages = false): string[] =>
  texts(validateResourceRequirements(requirements, FieldPath.of('r'), { claimNames: new Set(['b', 'a']), allowIndivisibleHugePages }))

describe('validateResourceRequirements()', () => {
  test.each<[string, ResourceRequirements, string[]]>([
    [
      'more than the limit',
      { limits: { memory: '1G' }, requests: { memory: '1Gi' } },
      ['r.requests: Invalid value: "1Gi": must be less than or equal to memory limit of 1G'],
    ],
    ['a negative amount', { requests: { cpu: '-1' } }, ['r.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0']],
    [
      'an unknown resource',
      { limits: { gpu: '1' } },
      [
        'r.limits[gpu]: Invalid value: gpu: must be a standard resource type or fully qualified',
        'r.limits[gpu]: Invalid value: gpu: must be a standard resource for containers',
      ],
    ],
    [
      'a resource of quotas',
      { limits: { pods: '1' } },
      ['r.limits[pods]: Invalid value: pods: must be a standard resource for containers'],
    ],
    [
      'a vendor resource with a reserved beginning',
      { limits: { 'requests.x.io/a': '1' } },
      ["r.limits[requests.x.io/a]: Invalid value: requests.x.io/a: doesn't follow extended resource name standard"],
    ],
    ['a part of a device', { limits: { 'x.io/gpu': '500m' } }, ['r.limits[x.io/gpu]: Invalid value: {500m}: must be an integer']],
    [
      'fewer devices than the limit',
      { limits: { 'x.io/gpu': '2' }, requests: { 'x.io/gpu': '1' } },
      ['r.requests: Invalid value: "1": must be equal to x.io/gpu limit of 2'],
    ],
    [
      'devices without a limit',
      { requests: { 'x.io/gpu': '1' } },
      ['r.limits: Required value: Limit must be set for non overcommitable resources'],
    ],
    ['huge pages alone', { limits: { 'hugepages-2Mi': '4Mi' } }, ['r: Forbidden: HugePages require cpu or memory']],
    [
      'parts of huge pages',
      { limits: { cpu: '1', 'hugepages-2Mi': '3Mi' } },
      ['r.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi'],
    ],
    [
      'claims that the Pod has not',
      { claims: [{ name: 'a' }, { name: 'a' }, { name: 'x' }, { name: '' }] },
      [
        'r.claims[1]: Duplicate value: "a"',
        'r.claims[2]: Not found: "x": must be one of the names in pod.spec.resourceClaims: a, b',
        'r.claims[3]: Required value',
      ],
    ],
  ])('refuses %s', (_, requirements, expected) => {
    expect(judge(requirements)).toEqual(expected)
  })

  test('accepts the same amount in other units, devices and huge pages', () => {
    expect(
      judge({
        limits: { cpu: '1', memory: '1Gi', 'x.io/gpu': '1', 'hugepages-2Mi': '4Mi', 'ephemeral-storage': '1Gi' },
        requests: { cpu: '1000m', memory: '1024Mi', 'x.io/gpu': '1', 'hugepages-2Mi': '4Mi' },
      }),
    ).toEqual([])
  })

  test('lets parts of huge pages pass when they were stored before', () => {
    const resources = { limits: { cpu: '1', 'hugepages-2Mi': '3Mi' } }
    expect(judge(resources, true)).toEqual([])
    expect(usesIndivisibleHugePages(podWith(({ spec }) => (spec.containers[0]!.resources = resources)).spec)).toBe(true)
    expect(usesIndivisibleHugePages(podWith().spec)).toBe(false)
  })
})
