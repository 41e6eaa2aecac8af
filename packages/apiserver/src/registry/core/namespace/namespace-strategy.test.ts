import { describe, expect, test } from '@jest/globals'
import type { Namespace } from '@kubetape/api/types/core/v1'
import { StrategyRunner } from '../../testing/strategy-runner.ts'
import { namespaceStrategy } from './namespace-strategy.ts'

const runner = new StrategyRunner<Namespace>({ group: '', version: 'v1', kind: 'Namespace' }, namespaceStrategy, { namespace: '' })
const body = (fields: object = {}): object => ({ metadata: { name: 'demo' }, ...fields })

describe('namespaceStrategy', () => {
  test('makes an active namespace that is held and labelled', () => {
    const { object, errors } = runner.create(
      body({ status: { phase: 'Terminating' }, metadata: { name: 'demo', labels: { 'kubernetes.io/metadata.name': 'other', a: 'b' } } }),
    )
    expect(errors).toEqual([])
    expect(object.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': 'demo', a: 'b' })
    expect(object.spec).toEqual({ finalizers: ['kubernetes'] })
    expect(object.status).toEqual({ phase: 'Active' })
  })

  test('adds its own finalizer to those given', () => {
    expect(runner.create(body({ spec: { finalizers: ['example.com/x'] } })).object.spec.finalizers).toEqual(['example.com/x', 'kubernetes'])
    expect(runner.create(body({ spec: { finalizers: ['kubernetes'] } })).object.spec.finalizers).toEqual(['kubernetes'])
  })

  test('refuses names with dots and finalizers without a domain', () => {
    expect(runner.create({ metadata: { name: 'a.b' } }).errors).toEqual(['metadata.name: Invalid value: "a.b": must not contain dots'])
    expect(runner.create(body({ spec: { finalizers: ['x'] } })).errors).toEqual([
      'spec.finalizers: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified',
    ])
  })

  test('keeps finalizers and status on an ordinary update, and brings the label back', () => {
    const { object } = runner.create(body())
    const changed = runner.update(object, (namespace) => {
      namespace.spec.finalizers = []
      namespace.status = { phase: 'Terminating' }
      delete namespace.metadata.labels
    }).object
    expect(changed).toMatchObject({
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
      metadata: { labels: { 'kubernetes.io/metadata.name': 'demo' } },
    })
  })

  test('changes finalizers through finalize only, and names the bad one', () => {
    const { object } = runner.create(body())
    const changed = runner.update(object, (namespace) => (namespace.spec.finalizers = ['kubernetes', 'example.com/x']), 'finalize')
    expect(changed.errors).toEqual([])
    expect(changed.object.spec.finalizers).toEqual(['kubernetes', 'example.com/x'])
    expect(runner.update(object, (namespace) => (namespace.spec.finalizers = ['x']), 'finalize').errors).toEqual([
      'spec.finalizers[0]: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified',
    ])
  })

  test('lets the phase follow the deletion', () => {
    const { object } = runner.create(body())
    const deleted: Namespace = { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }
    const phase = (old: Namespace, value: 'Active' | 'Terminating'): readonly string[] =>
      runner.update(old, (namespace) => (namespace.status = { phase: value }), 'status').errors
    expect(phase(object, 'Active')).toEqual([])
    expect(phase(object, 'Terminating')).toEqual([
      'status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty',
    ])
    expect(phase(deleted, 'Terminating')).toEqual([])
    expect(phase(deleted, 'Active')).toEqual([
      'status.Phase: Invalid value: "Active": may only be \'Terminating\' if `deletionTimestamp` is not empty',
    ])
  })

  test('ends when no finalizer holds it, and shows that it is going', () => {
    const { object } = runner.create(body())
    const draft: Namespace = {
      ...structuredClone(object),
      metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0 },
    }
    namespaceStrategy.prepareForDelete?.(draft, undefined as never)
    expect(draft.status?.phase).toBe('Terminating')
    expect(draft.metadata.deletionGracePeriodSeconds).toBeUndefined()
    expect(namespaceStrategy.holdsDeletion?.(draft)).toBe(true)
    expect(namespaceStrategy.holdsDeletion?.({ ...draft, spec: {} })).toBe(false)
  })

  test('has a row and a selectable phase', () => {
    const { object } = runner.create(body())
    expect(namespaceStrategy.tableRow?.(object, Date.parse('2026-01-01T00:00:09Z'))).toEqual(['demo', 'Active', '9s'])
    expect(namespaceStrategy.selectableFields?.(object)).toEqual({ 'status.phase': 'Active' })
  })
})
