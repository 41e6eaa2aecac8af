import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { findResource, resourceOfKind } from './resource-registry.ts'
import { builtinSchemas, schemaOfKind, schemaTypes } from './schema.ts'
import { tableColumns } from './table-columns.ts'
import { componentFeatureGates } from './feature-gates.ts'

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

test('componentFeatureGates() knows the gates of the systems', () => {
  expect(componentFeatureGates().find((gate) => gate.name === 'JobPodFailurePolicy')).toMatchObject({ stage: 'GA', default: true })
})
