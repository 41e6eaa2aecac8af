import { createHmac } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { signWithToken } from './sign-with-token.ts'

test('signWithToken() makes a signature that holds with the text put back', () => {
  const signature = signWithToken('apiVersion: v1\n', { id: 'abcdef', secret: '0123456789abcdef' })
  const [header = '', payload, mac] = signature.split('.')
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'HS256', kid: 'abcdef' })
  expect(payload).toBe('')
  const signed = `${header}.${Buffer.from('apiVersion: v1\n').toString('base64url')}`
  expect(mac).toBe(createHmac('sha256', '0123456789abcdef').update(signed).digest('base64url'))
})
