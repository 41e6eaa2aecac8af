import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { findResource, resourceOfKind } from './resource-registry.ts'
import { builtinSchemas, schemaOfKind, schemaTypes } from './schema.ts'
import { tableColumns } from './table-columns.ts'
import { componentFeatureGates, removedFeatureGates } from './feature-gates.ts'

const JOB = { group: 'batch', version: 'v1', kind: 'Job' }

describe('generated data', () => {
  test('is what generate.mjs makes of the schema', () => {
    execFileSync(process.execPath, [fileURLToPath(new URL('../generate.mjs', import.meta.url)), '--check'], { stdio: 'pipe' })
  })

  test('has no reference to a type that is not there', () => {
    const missing = new Set<string>()
    const walk = (value: unknown): void => {
      if (value === null || typeof value !== 'object') return
      const ref = (value as { $ref?: unknown }).$ref
      if (typeof ref === 'string' && builtinSchemas.type(ref) === undefined) missing.add(ref)
      Object.values(value).forEach(walk)
    }
    walk(schemaTypes())
    expect([...missing]).toEqual([])
  })
})

describe('findResource()', () => {
  test('knows jobs with verbs, subresources and kind', () => {
    const jobs = findResource({ group: 'batch', version: 'v1', resource: 'jobs' })
    expect(jobs).toMatchObject({ kind: 'Job', namespaced: true, categories: ['all'], subresources: [{ name: 'status', kind: 'Job' }] })
    expect(resourceOfKind(JOB)).toBe(jobs)
  })

  test('answers undefined for what v1.31 does not have', () => {
    expect(findResource({ group: 'batch', version: 'v2', resource: 'jobs' })).toBeUndefined()
  })
})

describe('schemaOfKind()', () => {
  test('gives list keys and references', () => {
    expect(schemaOfKind(JOB)?.properties?.['spec']?.$ref).toBe('io.k8s.api.batch.v1.JobSpec')
    expect(builtinSchemas.type('io.k8s.api.core.v1.PodSpec')?.properties?.['containers']?.['x-kubernetes-list-map-keys']).toEqual(['name'])
  })
})

test('tableColumns() gives the columns of pods in order', () => {
  expect(
    tableColumns({ group: '', version: 'v1', resource: 'pods' })
      ?.slice(0, 5)
      .map((c) => c.name),
  ).toEqual(['Name', 'Ready', 'Status', 'Restarts', 'Age'])
})

describe('componentFeatureGates()', () => {
  test('knows the gates of the systems', () => {
    expect(componentFeatureGates().find((gate) => gate.name === 'JobPodFailurePolicy')).toMatchObject({ stage: 'GA', default: true })
  })

  test.each([
    ['JobPodFailurePolicy', '1.25 Alpha off, 1.26 Beta on, 1.31 GA locked on'],
    ['PodDisruptionConditions', '1.25 Alpha off, 1.26 Beta on, 1.31 GA locked on'],
    ['HonorPVReclaimPolicy', '1.23 Alpha off, 1.31 Beta on'],
    ['PersistentVolumeLastPhaseTransitionTime', '1.28 Alpha off, 1.29 Beta on, 1.31 GA locked on'],
    ['MultiCIDRServiceAllocator', '1.27 Alpha off, 1.31 Beta off'],
    ['VolumeAttributesClass', '1.29 Alpha off, 1.31 Beta off'],
    ['WatchListClient', '1.30 Beta off'],
    ['InformerResourceVersion', '1.30 Alpha off'],
    ['ConsistentListFromCache', '1.28 Alpha off, 1.31 Beta on'],
    ['MatchLabelKeysInPodAffinity', '1.29 Alpha off, 1.31 Beta on'],
    ['SupplementalGroupsPolicy', '1.31 Alpha off'],
    ['ImageVolume', '1.31 Alpha off'],
    ['AppArmor', '1.4 Beta on, 1.31 GA locked on'],
    ['TranslateStreamCloseWebsocketRequests', '1.29 Alpha off, 1.30 Beta on'],
    ['PortForwardWebsockets', '1.30 Alpha off, 1.31 Beta on'],
    ['ServiceTrafficDistribution', '1.30 Alpha off, 1.31 Beta on'],
    ['ServiceAccountTokenNodeBinding', '1.29 Alpha off, 1.31 Beta on'],
    ['AuthorizeWithSelectors', '1.31 Alpha off'],
    ['AnonymousAuthConfigurableEndpoints', '1.31 Alpha off'],
  ])('knows the way of %s: %s', (name, way) => {
    const steps = componentFeatureGates().find((gate) => gate.name === name)?.versions ?? []
    const shown = steps.map((step) => `${step.version} ${step.stage}${step.locked ? ' locked' : ''} ${step.default ? 'on' : 'off'}`)
    expect(shown.join(', ')).toBe(way)
  })

  test('has the steps of each gate in the order of releases', () => {
    const minor = (version: string): number => Number(version.split('.')[1])
    for (const { name, versions = [] } of componentFeatureGates()) {
      const minors = versions.map(({ version }) => minor(version))
      expect([name, minors]).toEqual([name, minors.toSorted((a, b) => a - b)])
      expect(Math.max(0, ...minors)).toBeLessThanOrEqual(31)
    }
  })
})

describe('removedFeatureGates()', () => {
  test('has no gate that v1.31 has, and names successors that it has', () => {
    const names = new Set(componentFeatureGates().map(({ name }) => name))
    for (const { name, now } of removedFeatureGates()) {
      expect([name, names.has(name)]).toEqual([name, false])
      if (now !== undefined) expect([now, names.has(now)]).toEqual([now, true])
    }
    expect(removedFeatureGates().length).toBeGreaterThan(150)
  })
})
