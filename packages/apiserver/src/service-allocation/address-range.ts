import { formatIp, type IpAddress, type IpRange, rangeHolds } from '@kubetape/apimachinery'
import type { Random } from '@kubetape/determinism'
import { ADDRESS_BAND, drawFree, staticBand } from './band.ts'
import { type OffsetSet, offsetSet } from './offset-set.ts'

/** Of a larger range only so many are given out; any of it can be asked for. */
const GIVEN_MAX = 2 ** 48

/** The addresses of one CIDR that Services can have: all but the network's and, of IPv4, the broadcast address. */
export class AddressRange {
  readonly range: IpRange
  /** How many addresses there are to give out. */
  readonly size: number
  /** Of these, those that are given out last. */
  readonly band: number
  readonly #first: bigint
  readonly #last: bigint
  readonly #taken: OffsetSet

  constructor(range: IpRange) {
    this.range = range
    this.#first = range.first + 1n
    this.#last = range.family === 4 ? range.last - 1n : range.last
    const usable = this.#last - this.#first + 1n
    this.size = usable <= 0n ? 0 : Number(usable < GIVEN_MAX ? usable : GIVEN_MAX)
    this.band = Math.min(staticBand(Number(range.last - range.first + 1n), ADDRESS_BAND), this.size)
    this.#taken = offsetSet(this.size)
  }

  /** How many of its addresses are taken, by whomever. */
  get used(): number {
    return this.#taken.size
  }

  /** The first address that a Service can have, as it is written; undefined when there is none. */
  get first(): string | undefined {
    return this.size === 0 ? undefined : formatIp({ family: this.range.family, value: this.#first })
  }

  /** Whether a Service can have this address of it. */
  offers(address: IpAddress): boolean {
    return rangeHolds(this.range, address) && address.value >= this.#first && address.value <= this.#last
  }

  /** Notes that somebody has the address; nothing happens where it is not of this range. */
  take(address: IpAddress): void {
    const offset = this.#offsetOf(address)
    if (offset !== undefined) this.#taken.add(offset)
  }

  free(address: IpAddress): void {
    const offset = this.#offsetOf(address)
    if (offset !== undefined) this.#taken.delete(offset)
  }

  /** A free address, as it is written; undefined when all are taken. */
  draw(random: Random): string | undefined {
    const offset = drawFree(this.#taken, this.size, this.band, random)
    return offset === undefined ? undefined : formatIp({ family: this.range.family, value: this.#first + BigInt(offset) })
  }

  #offsetOf(address: IpAddress): number | undefined {
    if (!this.offers(address)) return undefined
    const offset = Number(address.value - this.#first)
    return offset < this.size ? offset : undefined
  }
}
