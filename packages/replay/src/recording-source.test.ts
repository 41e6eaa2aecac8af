import { describe, expect, test } from '@jest/globals'
import { otherSource } from './recording-source.ts'

describe('otherSource()', () => {
  test.each([
    [{}, { server: 'https://one' }],
    [{ server: 'https://one' }, {}],
    [{ server: 'https://one' }, { server: 'https://one', uid: 'a' }],
    [
      { server: 'https://one', uid: 'a' },
      { server: 'https://elsewhere', uid: 'a' },
    ],
    [{ clusters: { east: { server: 'https://one' } } }, { clusters: { west: { server: 'https://two' } } }],
  ])('takes %j and %j for one', (before, now) => {
    expect(otherSource(before, now)).toBeUndefined()
  })

  test.each([
    [{ server: 'https://one' }, { server: 'https://two', uid: 'a' }, 'it records https://one, not https://two'],
    [{ server: 'https://one', uid: 'b' }, { server: 'https://two', uid: 'a' }, 'it records https://one, not https://two'],
    [
      { server: 'https://one', uid: 'b' },
      { server: 'https://one', uid: 'a' },
      'it records another cluster, whose namespace kube-system had the uid b, not a',
    ],
    [
      { clusters: { east: { server: 'https://one' } } },
      { clusters: { east: { server: 'https://two' } } },
      'of the cluster "east" it records https://one, not https://two',
    ],
  ])('tells %j and %j apart', (before, now, why) => {
    expect(otherSource(before, now)).toBe(why)
  })
})
