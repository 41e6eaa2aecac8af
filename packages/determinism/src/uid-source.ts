import type { Random } from './random.ts'

/** Makes object uids: RFC 9562 version 4 UUIDs in lower case. */
export interface UidSource {
  next(): string
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Uids drawn from `random`; seeded randomness gives the same uids again. */
export function uidSource(random: Random): UidSource {
  return {
    next() {
      const bytes: number[] = []
      for (let word = 0; word < 4; word++) {
        const drawn = random.nextUint32()
        bytes.push(drawn >>> 24, (drawn >>> 16) & 255, (drawn >>> 8) & 255, drawn & 255)
      }
      bytes[6] = (bytes[6]! & 0x0f) | 0x40
      bytes[8] = (bytes[8]! & 0x3f) | 0x80
      const hex = bytes.map((byte) => HEX[byte]).join('')
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
    },
  }
}
