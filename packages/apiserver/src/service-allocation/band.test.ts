import { describe, expect, test } from '@jest/globals'
import { seededRandom } from '@kubetape/determinism'
import { ADDRESS_BAND, drawFree, NODE_PORT_BAND, staticBand } from './band.ts'
import { offsetSet } from './offset-set.ts'

describe('staticBand()', () => {
  // The table of KEP-3070 and KEP-3668.
  test.each([
    [8, 0],
    [16, 0],
    [32, 16],
    [256, 16],
    [1024, 64],
    [4096, 256],
    [65536, 256],
    [2 ** 20, 256],
  ])('of %d addresses is %d', (size, band) => {
    expect(staticBand(size, ADDRESS_BAND)).toBe(band)
  })

  test('of the node ports is 86', () => {
    expect([staticBand(2768, NODE_PORT_BAND), staticBand(16, NODE_PORT_BAND), staticBand(10_000, NODE_PORT_BAND)]).toEqual([86, 0, 128])
  })
})

describe('drawFree()', () => {
  test('gives out the upper band first, each offset once, until the range is full', () => {
    const random = seededRandom(3)
    const taken = offsetSet(30)
    const given: number[] = []
    for (let offset = drawFree(taken, 30, 16, random); offset !== undefined; offset = drawFree(taken, 30, 16, random)) {
      taken.add(offset)
      given.push(offset)
    }
    expect(new Set(given).size).toBe(30)
    expect(given.slice(0, 14).every((offset) => offset >= 16)).toBe(true)
    expect(given.slice(14).every((offset) => offset < 16)).toBe(true)
    expect(given).not.toEqual([...given].sort((a, b) => a - b))
  })
})
