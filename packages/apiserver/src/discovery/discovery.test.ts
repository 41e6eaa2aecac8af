import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { allResources, type ResourceInfo } from '@kubetape/api'
import { parseGroupVersion } from '@kubetape/apimachinery'
import { DiscoveryDocuments } from './discovery-documents.ts'
import { groupResources, parseRuntimeConfig, servedResources } from './served-resources.ts'

interface Recorded {
  api: unknown[]
  apis: unknown[]
  resources: Record<string, unknown[]>
}
/** What the API server of v1.31.14 answered, in the package that generates our data from it. */
const recorded = (name: string): Recorded =>
  JSON.parse(readFileSync(new URL(`../../../api/schema/${name}.json`, import.meta.url), 'utf8')) as Recorded
const documentsFor = (config: string): DiscoveryDocuments =>
  new DiscoveryDocuments(groupResources(servedResources(parseRuntimeConfig(config))), { serverAddress: '127.0.0.1:6443' })
const read = (document: { bytes: Buffer } | undefined): Record<string, unknown> =>
  JSON.parse(document!.bytes.toString()) as Record<string, unknown>

describe.each([
  ['discovery-default', 'networking.k8s.io/v1beta1=true,storage.k8s.io/v1beta1=true'],
  ['discovery-all', 'api/all=true'],
])('DiscoveryDocuments against %s', (name, config) => {
  const golden = recorded(name)
  const documents = documentsFor(config)

  test('aggregated() is the recorded one, under both versions', () => {
    for (const version of ['v2', 'v2beta1'] as const) {
      expect(read(documents.aggregated('api', version))).toEqual({
        kind: 'APIGroupDiscoveryList',
        apiVersion: `apidiscovery.k8s.io/${version}`,
        metadata: {},
        items: golden.api,
      })
      expect(read(documents.aggregated('apis', version))).toMatchObject({
        apiVersion: `apidiscovery.k8s.io/${version}`,
        items: golden.apis,
      })
    }
  })

  test('apiResourceList() is the recorded one for every version', () => {
    const served = documents.groups.flatMap(({ versions }) =>
      versions.map((one) => (one.group ? `${one.group}/${one.version}` : one.version)),
    )
    expect(served.sort()).toEqual(Object.keys(golden.resources).sort())
    for (const [groupVersion, resources] of Object.entries(golden.resources)) {
      expect(read(documents.apiResourceList(parseGroupVersion(groupVersion)))).toMatchObject({
        kind: 'APIResourceList',
        groupVersion,
        resources,
      })
    }
  })

  test('apiGroupList() has the groups in the recorded order', () => {
    const groups = read(documents.apiGroupList())['groups'] as {
      name: string
      versions: { version: string }[]
      preferredVersion: unknown
    }[]
    const names = golden.apis as { metadata: { name: string }; versions: { version: string }[] }[]
    expect(groups.map((one) => [one.name, ...one.versions.map((v) => v.version)])).toEqual(
      names.map((one) => [one.metadata.name, ...one.versions.map((v) => v.version)]),
    )
  })
})

describe('DiscoveryDocuments', () => {
  const documents = documentsFor('')

  test('apiVersions() names the core version and the address', () => {
    expect(read(documents.apiVersions())).toEqual({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:6443' }],
    })
  })

  test('apiGroup() prefers the first version', () => {
    expect(read(documents.apiGroup('autoscaling'))).toEqual({
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'autoscaling',
      versions: [
        { groupVersion: 'autoscaling/v2', version: 'v2' },
        { groupVersion: 'autoscaling/v1', version: 'v1' },
      ],
      preferredVersion: { groupVersion: 'autoscaling/v2', version: 'v2' },
    })
  })

  test('answers undefined for what is not served', () => {
    expect(documents.apiGroup('nope.example.com')).toBeUndefined()
    expect(documents.apiGroup('')).toBeUndefined()
    expect(documents.apiResourceList({ group: 'batch', version: 'v9' })).toBeUndefined()
    expect(documents.apiResourceList({ group: 'storage.k8s.io', version: 'v1beta1' })).toBeUndefined()
  })

  test('gives an ETag that changes only with the document', () => {
    expect(documents.aggregated('apis', 'v2').etag).toBe(documentsFor('').aggregated('apis', 'v2').etag)
    expect(documents.aggregated('apis', 'v2').etag).not.toBe(documentsFor('api/all=true').aggregated('apis', 'v2').etag)
    expect(documents.aggregated('apis', 'v2').etag).toMatch(/^"[0-9A-F]{128}"$/)
  })

  test('puts custom groups after the built-in ones, their versions by maturity', () => {
    const custom = (group: string, version: string): ResourceInfo => ({
      ...allResources()[0]!,
      group,
      version,
      resource: 'things',
      kind: 'Thing',
    })
    const groups = groupResources([
      ...servedResources(),
      custom('z.example.com', 'v1beta1'),
      custom('z.example.com', 'v2'),
      custom('a.example.com', 'v1'),
    ])
    expect(groups.slice(-2).map(({ group, versions }) => [group, ...versions.map(({ version }) => version)])).toEqual([
      ['a.example.com', 'v1'],
      ['z.example.com', 'v2', 'v1beta1'],
    ])
  })
})

describe('servedResources()', () => {
  const versions = (config: string): string[] => [
    ...new Set(servedResources(parseRuntimeConfig(config)).map((one) => `${one.group}/${one.version}`)),
  ]

  test('serves GA versions and the betas of old by default', () => {
    expect(versions('')).toContain('flowcontrol.apiserver.k8s.io/v1beta3')
    expect(versions('').filter((one) => /alpha|beta/.test(one))).toEqual(['flowcontrol.apiserver.k8s.io/v1beta3'])
  })

  test.each([
    ['api/beta=true', 'networking.k8s.io/v1beta1', 'storage.k8s.io/v1alpha1'],
    ['api/alpha=true', 'storage.k8s.io/v1alpha1', 'networking.k8s.io/v1beta1'],
    ['api/all=true,storage.k8s.io/v1alpha1=false', 'storage.k8s.io/v1beta1', 'storage.k8s.io/v1alpha1'],
    ['batch/v1=false', 'apps/v1', 'batch/v1'],
    ['api/all=false,v1,apps/v1=true', 'apps/v1', 'batch/v1'],
  ])('under %s serves %s and not %s', (config, served, not) => {
    expect(versions(config)).toContain(served)
    expect(versions(config)).not.toContain(not)
  })

  test('switches single resources', () => {
    const names = servedResources({ 'batch/v1/cronjobs': 'false', 'resource.k8s.io/v1alpha3/deviceclasses': 'true' }).map(
      (one) => one.resource,
    )
    expect(names).toContain('jobs')
    expect(names).toContain('deviceclasses')
    expect(names).not.toContain('cronjobs')
    expect(names).not.toContain('resourceclaims')
  })

  test('takes a version of a known group that v1.31 does not have without effect', () => {
    expect(servedResources({ 'networking.k8s.io/v1alpha1': 'true' })).toEqual(servedResources())
  })

  test.each([
    ['nope.example.com/v1=true', 'there is no API group "nope.example.com"'],
    ['batch=true', 'a version such as "v1" or "v1beta1" is missing'],
    ['batch/v1/nopes=true', 'there is no resource "nopes" in that group'],
    ['batch/v1/jobs/status=true', 'there is more after the resource'],
    ['batch/v1=yes', '"yes" is neither true nor false'],
    ['=true', 'there is no key before the equals sign'],
  ])('refuses %s', (config, why) => {
    expect(() => servedResources(parseRuntimeConfig(config))).toThrow(why)
  })
})
