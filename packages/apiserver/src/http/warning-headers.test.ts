import { describe, expect, test } from '@jest/globals'
import { warningHeaders } from './warning-headers.ts'

const valuesOf = (warnings: readonly string[]): string[] => (warningHeaders(warnings)['warning'] ?? []) as unknown as string[]

describe('warningHeaders()', () => {
  test('quotes texts, and says nothing of none', () => {
    expect(warningHeaders([])).toEqual({})
    expect(valuesOf(['unknown field "a"\n'])).toEqual(['299 - "unknown field \\"a\\" "'])
  })

  test('cuts texts that are too long together, and leaves the last ones out', () => {
    expect(valuesOf(['x'.repeat(4096)])).toEqual([`299 - "${'x'.repeat(4096)}"`])
    expect(valuesOf(['x'.repeat(4000), 'y'.repeat(300), 'z'])).toEqual([
      `299 - "${'x'.repeat(256)}"`,
      `299 - "${'y'.repeat(256)}"`,
      '299 - "z"',
    ])
    expect(valuesOf(Array.from({ length: 50_000 }, (_, at) => `unknown field ${at}`)).length).toBeLessThan(300)
  })
})
