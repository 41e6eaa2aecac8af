import { hash } from 'node:crypto'
import { type Entry, type Operation, SIDE_STREAMS, type SideRecord } from './event-log.ts'

/**
 * The hash chain. What it promises:
 *
 * - A row's hash is SHA-256 over the previous row's hash, the row's header in one canonical form, and the SHA-256 of its value.
 * - So the chain can still be checked after `erase` dropped a value, as long as the value's digest stayed.
 * - The first row of each stream follows that stream's genesis hash, so rows cannot move between streams.
 */
export type StreamName = 'entry' | SideStream
export type SideStream = (typeof SIDE_STREAMS)[number]

/** The end of a stream: position 0 and the genesis hash while it is empty. */
export interface ChainHead {
  readonly position: number
  readonly hash: Uint8Array
}

export type ChainHeads = Readonly<Record<StreamName, ChainHead>>

/** An entry with its place in the chain. */
export interface ChainedEntry {
  readonly entry: Entry
  readonly previous: Uint8Array
  /** Of the value; only there (and only needed) once the value was erased. */
  readonly digest?: Uint8Array | undefined
  readonly hash: Uint8Array
}

/** A side record with its place in the chain. */
export interface ChainedRecord {
  readonly record: SideRecord
  readonly hash: Uint8Array
}

export const STREAM_NAMES: readonly StreamName[] = ['entry', ...SIDE_STREAMS]

export const OPERATION_CODES: Readonly<Record<Operation, number>> = { create: 1, update: 2, delete: 3 }

const sha256 = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer')

/** The digest of a value, as it goes into the hash of its row. */
export const digestOf = sha256

/** What the first row of a stream follows. */
export const genesis = (stream: StreamName): Buffer => sha256(Buffer.from(`kubetape/1/${stream}`))

/** The heads of an empty log. */
export function emptyHeads(): ChainHeads {
  const empty = (stream: StreamName): ChainHead => ({ position: 0, hash: genesis(stream) })
  return { entry: empty('entry'), run: empty('run'), request: empty('request'), actor: empty('actor'), gap: empty('gap') }
}

export const isSideStream = (stream: string): stream is SideStream => (SIDE_STREAMS as readonly string[]).includes(stream)

const HASH_BYTES = 32
const FIXED_BYTES = 2 * HASH_BYTES + 3 * 8 + 1 + 2 * 4
const NO_TEXT = 0xffff_ffff

/** Headers are laid out in one buffer that is reused: hashing is synchronous and keeps nothing of it. */
let scratch = Buffer.allocUnsafe(4096)

function reserve(textLength: number): void {
  const needed = FIXED_BYTES + 3 * textLength
  if (scratch.length < needed) scratch = Buffer.allocUnsafe(2 * needed)
}

function putText(text: string | undefined, at: number): number {
  if (text === undefined) return scratch.writeUInt32BE(NO_TEXT, at)
  const length = scratch.write(text, at + 4, 'utf8')
  scratch.writeUInt32BE(length, at)
  return at + 4 + length
}

function finish(digest: Uint8Array, at: number): Buffer {
  scratch.set(digest, at)
  return sha256(scratch.subarray(0, at + HASH_BYTES))
}

/** The hash of an entry whose value has this digest. Numbers are big-endian doubles, texts UTF-8 behind their length. */
export function hashEntry(previous: Uint8Array, entry: Omit<Entry, 'value'>, digest: Uint8Array): Buffer {
  reserve(entry.key.length + (entry.cause?.length ?? 0))
  scratch.set(previous, 0)
  let at = scratch.writeDoubleBE(entry.revision, HASH_BYTES)
  at = scratch.writeDoubleBE(entry.timeMs, at)
  at = scratch.writeDoubleBE(entry.prior, at)
  at = scratch.writeUInt8(OPERATION_CODES[entry.operation], at)
  at = putText(entry.key, at)
  at = putText(entry.cause, at)
  return finish(digest, at)
}

/** The hash of a side record. */
export function hashRecord(previous: Uint8Array, record: SideRecord): Buffer {
  reserve(record.key.length)
  scratch.set(previous, 0)
  let at = scratch.writeDoubleBE(record.position, HASH_BYTES)
  at = scratch.writeDoubleBE(record.timeMs, at)
  at = putText(record.key, at)
  return finish(digestOf(record.value), at)
}

/** Whether the row is what was written. */
export function entryHolds({ entry, previous, digest, hash: written }: ChainedEntry): boolean {
  const valueDigest = entry.value === undefined ? digest : digestOf(entry.value)
  return valueDigest !== undefined && hashEntry(previous, entry, valueDigest).equals(written)
}
