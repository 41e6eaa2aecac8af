import { describe, expect, test } from '@jest/globals'
import { type CsiCode, CsiError } from '@kubetape/csi'
import { createOutcome } from './call-outcome.ts'

describe('createOutcome()', () => {
  test.each<[CsiCode, string, string]>([
    ['INVALID_ARGUMENT', 'finished', 'finished'],
    ['ALREADY_EXISTS', 'finished', 'finished'],
    ['INTERNAL', 'finished', 'finished'],
    ['UNKNOWN', 'finished', 'finished'],
    ['RESOURCE_EXHAUSTED', 'background', 'reschedule'],
    ['CANCELLED', 'background', 'background'],
    ['DEADLINE_EXCEEDED', 'background', 'background'],
    ['UNAVAILABLE', 'background', 'background'],
    ['ABORTED', 'background', 'background'],
  ])('is after %s %s, and %s where another node may be chosen', (code, fixed, free) => {
    expect(createOutcome(new CsiError(code, 'x'), false)).toBe(fixed)
    expect(createOutcome(new CsiError(code, 'x'), true)).toBe(free)
  })

  test('trusts nothing that no driver said', () => {
    expect(createOutcome(new TypeError('x'), true)).toBe('background')
  })
})
