import { describe, expect, test } from '@jest/globals'
import { checkWriteOptions, dryRunErrors } from './write-options.ts'

describe('checkWriteOptions()', () => {
  test.each([
    [
      'create',
      { dryRun: ['Some'] },
      'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{"Some"}: supported values: "All"',
    ],
    [
      'update',
      { fieldValidation: 'Sometimes' },
      'UpdateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Sometimes": supported values: "Ignore", "Strict", "Warn"',
    ],
    ['patch', { force: true }, 'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch'],
    [
      'patch',
      { fieldManager: 'x'.repeat(129) },
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Too long: must have at most 128 bytes',
    ],
    [
      'delete',
      { dryRun: ['Some'] },
      'DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{"Some"}: supported values: "All"',
    ],
  ])('refuses on %s %j', (verb, options, message) => {
    expect(() => checkWriteOptions(options, verb)).toThrow(message)
  })

  test('refuses an apply that names no manager', () => {
    const message = 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'
    expect(() => checkWriteOptions({ force: true }, 'patch', true)).toThrow(message)
  })

  test('leaves reads, and what is right, alone', () => {
    expect(() => checkWriteOptions({ dryRun: ['Some'] }, 'get')).not.toThrow()
    expect(() => checkWriteOptions({ dryRun: ['All'], fieldValidation: 'Strict', fieldManager: 'me' }, 'create')).not.toThrow()
    expect(() => checkWriteOptions({ force: true, fieldManager: 'me' }, 'patch', true)).not.toThrow()
  })
})

describe('dryRunErrors()', () => {
  test('prints all that was asked for', () => {
    expect(dryRunErrors(['All', 'Most'])[0]!.message).toBe('Unsupported value: []string{"All", "Most"}: supported values: "All"')
    expect([dryRunErrors(undefined), dryRunErrors(['All', 'All'])]).toEqual([[], []])
  })
})
