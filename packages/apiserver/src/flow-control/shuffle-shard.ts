import { createHash } from 'node:crypto'

/** A flow's hash, which its queues are dealt from: 48 bits, which are enough for the hands that are allowed in practice. */
export function flowHash(schema: string, distinguisher: string): number {
  return createHash('sha256').update(schema).update('\0').update(distinguisher).digest().readUIntBE(0, 6)
}

/**
 * The queues that a flow may use: `handSize` different ones of `queues`, which follow from its hash (shuffle sharding, KEP-1040). Two flows
 * rarely have all of theirs in common, so one that floods its queues leaves the other a free one.
 */
export function dealHand(hash: number, queues: number, handSize: number): number[] {
  const hand: number[] = []
  let rest = hash
  for (let at = 0; at < handSize; at++) {
    const left = queues - at
    let card = rest % left
    rest = Math.floor(rest / left)
    // The card counts only those that are left: step over the dealt ones, lowest first.
    for (const dealt of [...hand].sort((a, b) => a - b)) if (dealt <= card) card++
    hand.push(card)
  }
  return hand
}
