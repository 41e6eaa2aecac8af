/** A seeded source of choices (mulberry32): the same seed makes the same requests, so that a failure can be played again. */
export function seeded(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (n) => Math.floor(next() * n)
  return {
    below,
    pick: (list) => list[below(list.length)],
    /** True this often, from 0 to 1. */
    chance: (share) => next() < share,
  }
}
