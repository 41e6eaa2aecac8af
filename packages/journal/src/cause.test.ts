import { describe, expect, test } from '@jest/globals'
import { formatCause, parseCause } from './cause.ts'

describe('parseCause()', () => {
  test.each(['run:7f3a/1', 'run:a/b/12', 'actor:ab12'])('understands what formatCause() wrote: %s', (text) => {
    expect(formatCause(parseCause(text)!)).toBe(text)
  })

  test.each(['', 'run:', 'run:a', 'run:a/', 'run:a/0', 'run:a/-1', 'run:/1', 'actor:', 'someone:else'])('refuses %j', (text) => {
    expect(parseCause(text)).toBeUndefined()
  })
})
