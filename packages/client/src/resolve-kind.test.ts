import { describe, expect, test } from '@jest/globals'
import { failure, kindOf } from '@kubetape/apimachinery'
import type { Client } from './client.ts'
import { resolveKind } from './resolve-kind.ts'

const widget = kindOf({ group: 'example.com', version: 'v1', kind: 'Widget', plural: 'widgets' })
const serving = (kinds: Client['kinds']): Client => ({ kinds }) as Client

describe('resolveKind()', () => {
  test('answers the kind that discovery names', async () => {
    const asked: unknown[] = []
    const client = serving((groupVersion) => {
      asked.push(groupVersion)
      return Promise.resolve([kindOf({ ...widget, kind: 'Gadget', plural: 'gadgets', namespaced: false }), widget])
    })
    expect(await resolveKind(client, 'example.com/v1', 'Widget')).toBe(widget)
    expect(asked).toEqual([{ group: 'example.com', version: 'v1' }])
    await expect(resolveKind(client, 'example.com/v1', 'widget')).rejects.toMatchObject({
      code: 'KIND_NOT_SERVED',
      message: 'Cannot resolve widget of example.com/v1: the server serves Gadget, Widget there',
    })
  })

  test('says what it cannot: nothing served, refusals, no discovery', async () => {
    const nothing = serving(() => Promise.resolve([]))
    await expect(resolveKind(nothing, 'v1', 'Pod')).rejects.toThrow('Cannot resolve Pod of v1: the server serves nothing there')
    const refusing = (code: number) => serving(() => Promise.reject(failure(code, code === 404 ? 'NotFound' : 'Forbidden', 'no')))
    await expect(resolveKind(refusing(404), 'a/v1', 'B')).rejects.toThrow('Cannot resolve B of a/v1: the server does not serve a/v1')
    await expect(resolveKind(refusing(403), 'a/v1', 'B')).rejects.toMatchObject({ httpCode: 403, message: 'no' })
    await expect(resolveKind({} as Client, 'v1', 'Pod')).rejects.toThrow('Cannot resolve Pod of v1: this client has no discovery')
    await expect(resolveKind(nothing, 'a/b/c', 'Pod')).rejects.toThrow('unexpected GroupVersion string: a/b/c')
  })
})
