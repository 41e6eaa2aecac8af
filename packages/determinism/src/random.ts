import { randomFillSync } from 'node:crypto'

/** A source of random numbers. `nextUint32()` is uniform over [0, 2^32). */
export interface Random {
  nextUint32(): number
}

/** Numbers from the operating system, drawn in blocks. */
export function systemRandom(): Random {
  const block = new Uint32Array(256)
  let used = block.length
  return {
    nextUint32() {
      if (used === block.length) {
        randomFillSync(block)
        used = 0
      }
      return block[used++]!
    },
  }
}

/**
 * The same numbers for the same seed, on every platform (sfc32 of Chris Doty-Humphrey's PractRand, seeded through splitmix32).
 * Not for secrets.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const splitmix = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }
  let a = splitmix()
  let b = splitmix()
  let c = splitmix()
  let counter = 1
  const next = (): number => {
    const out = (a + b + counter) >>> 0
    counter = (counter + 1) >>> 0
    a = (b ^ (b >>> 9)) >>> 0
    b = (c + (c << 3)) >>> 0
    c = ((c << 21) | (c >>> 11)) >>> 0
    c = (c + out) >>> 0
    return out
  }
  for (let i = 0; i < 12; i++) next()
  return { nextUint32: next }
}

/** A float in [0, 1). */
export function randomFloat(random: Random): number {
  return random.nextUint32() / 2 ** 32
}

/** A whole number in [0, bound), without modulo bias; `bound` is 1 to 2^32. */
export function randomInt(random: Random, bound: number): number {
  if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32)
    throw new RangeError(`Cannot draw below ${bound}: the bound must be 1 to 2^32`)
  const limit = 2 ** 32 - (2 ** 32 % bound)
  for (;;) {
    const drawn = random.nextUint32()
    if (drawn < limit) return drawn % bound
  }
}
