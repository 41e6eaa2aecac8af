import { describe, expect, test } from '@jest/globals'
import type { ManagedFieldsEntry } from '@kubetape/apimachinery'
import { reconciledEntry, singleForm } from './object-forms.ts'
import { structuralTracker } from './structural-tracker.ts'

describe('reconciledEntry()', () => {
  const whole = { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: { type: 'string' } } } as const
  const parts = { type: 'object', properties: { a: { type: 'string' } } } as const
  const forms = singleForm(
    'x/v1',
    structuralTracker({ type: 'object', properties: { whole, parts, list: { type: 'array', items: parts } } }),
  )
  const entry = (fieldsV1: Record<string, unknown>, apiVersion = 'x/v1'): ManagedFieldsEntry => ({
    manager: 'm',
    operation: 'Apply',
    apiVersion,
    fieldsV1,
  })

  test('gives all of what is taken as a whole now to who owned parts of it', () => {
    const before = entry({ 'f:whole': { '.': {}, 'f:a': {} }, 'f:list': { 'k:{"a":"1"}': { 'f:a': {} } }, 'f:parts': { 'f:a': {} } })
    expect(reconciledEntry(before, forms).fieldsV1).toEqual({ 'f:whole': {}, 'f:list': {}, 'f:parts': { 'f:a': {} } })
  })

  test('leaves alone what is as the schema says, and versions that are no more', () => {
    const same = entry({ 'f:whole': {}, 'f:parts': { 'f:a': {} } })
    expect(reconciledEntry(same, forms)).toBe(same)
    const gone = entry({ 'f:whole': { 'f:a': {} } }, 'x/v0')
    expect(reconciledEntry(gone, forms)).toBe(gone)
  })
})
