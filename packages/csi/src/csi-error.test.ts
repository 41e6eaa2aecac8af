import { describe, expect, test } from '@jest/globals'
import { csiCodeOf, CsiError, isFinal, rpcErrorText } from './csi-error.ts'

describe('isFinal()', () => {
  test('holds for what a driver has refused, not for what is no answer of one', () => {
    expect(isFinal(new CsiError('INVALID_ARGUMENT', 'x'))).toBe(true)
    expect(isFinal(new CsiError('ABORTED', 'x'))).toBe(false)
    expect(isFinal(new Error('x'))).toBe(false)
    expect(isFinal(undefined)).toBe(false)
  })

  test('knows an error that a tape has given back', () => {
    const given = Object.assign(new Error('x'), { name: 'CsiError', code: 'NOT_FOUND' })
    expect([csiCodeOf(given), isFinal(given)]).toEqual(['NOT_FOUND', true])
  })
})

describe('rpcErrorText()', () => {
  test.each([
    [new CsiError('DEADLINE_EXCEEDED', 'context deadline exceeded'), 'rpc error: code = DeadlineExceeded desc = context deadline exceeded'],
    [new CsiError('CANCELLED', 'x'), 'rpc error: code = Canceled desc = x'],
    [new CsiError('INTERNAL', ''), 'rpc error: code = Internal desc = '],
    [new Error('no code'), 'no code'],
    ['text', 'text'],
  ])('says %s as Go does', (error, text) => {
    expect(rpcErrorText(error)).toBe(text)
  })
})
