import { describe, expect, test } from '@jest/globals'
import { conflict, notFound } from '@kubetape/apimachinery'
import { ifFound } from './if-found.ts'

const resource = { group: '', resource: 'persistentvolumes' }

describe('ifFound()', () => {
  test('answers what is there, and undefined where there is nothing', async () => {
    await expect(ifFound(Promise.resolve('it'))).resolves.toBe('it')
    await expect(ifFound(Promise.reject(notFound(resource, 'pv')))).resolves.toBeUndefined()
  })

  test('rejects with every other error', async () => {
    const error = conflict(resource, 'pv', 'changed')
    await expect(ifFound(Promise.reject(error))).rejects.toBe(error)
  })
})
