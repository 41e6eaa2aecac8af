import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock, Timer } from '@kubetape/determinism'
import { type ChainHead, type ChainHeads, STREAM_NAMES, type StreamName } from '../chain.ts'
import { EventLogError } from '../errors.ts'

/**
 * What is kept beside the log about its end, because SQLite cannot tell a log that lost its tail from one that never had it.
 * The witness is never ahead of what is durable, so a log behind it has lost acknowledged entries.
 */
export interface Witness {
  readonly generation: string
  /** The process that wrote it last. */
  readonly pid: number
  /** Whether the writer closed the log. */
  readonly clean: boolean
  readonly heads: ChainHeads
  /** Up to here the rows are known to be right and to stand in the main file; an opener checks what follows. */
  readonly verified: ChainHeads
}

/** The longest time between a commit and its witness. */
export const WITNESS_INTERVAL_MS = 1000

export const witnessPath = (path: string): string => `${path}.head`

const isPosition = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

function parseHeads(json: unknown): ChainHeads {
  const parsed = {} as Record<StreamName, ChainHead>
  for (const stream of STREAM_NAMES) {
    const { position, hash } = (json as Record<string, { position?: unknown; hash?: unknown }>)[stream] ?? {}
    if (!isPosition(position) || typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash))
      throw new TypeError(`${stream}: no position and hash`)
    parsed[stream] = { position, hash: Buffer.from(hash, 'hex') }
  }
  return parsed
}

const formatHeads = (heads: ChainHeads): object =>
  Object.fromEntries(
    STREAM_NAMES.map((stream) => [stream, { position: heads[stream].position, hash: Buffer.from(heads[stream].hash).toString('hex') }]),
  )

/**
 * The witness of the log at `path`; undefined when there is none.
 *
 * @throws EventLogError `LOG_DAMAGED` when it cannot be understood
 */
export function readWitness(path: string): Witness | undefined {
  let text: string
  try {
    text = readFileSync(witnessPath(path), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const json = JSON.parse(text) as Record<string, unknown>
    const { generation, pid, clean } = json
    if (typeof generation !== 'string' || typeof pid !== 'number' || typeof clean !== 'boolean')
      throw new TypeError('generation, pid or clean is missing')
    return { generation, pid, clean, heads: parseHeads(json['heads']), verified: parseHeads(json['verified']) }
  } catch (error) {
    throw new EventLogError('LOG_DAMAGED', `Cannot read the witness "${witnessPath(path)}": ${(error as Error).message}`, { cause: error })
  }
}

/** Replaces the witness in one step; with `sync`, it is on the disk when this returns. */
export function writeWitness(path: string, witness: Witness, options: { sync: boolean }): void {
  const { generation, pid, clean } = witness
  const text = `${JSON.stringify({ generation, pid, clean, heads: formatHeads(witness.heads), verified: formatHeads(witness.verified) })}\n`
  const target = witnessPath(path)
  const draft = `${target}.tmp`
  const file = openSync(draft, 'w', 0o600)
  try {
    writeSync(file, text)
    if (options.sync) fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, target)
  if (options.sync) syncFolder(dirname(path))
}

/** Makes created and renamed files of a folder survive a power loss. Windows has no such thing and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Writes a witness within `WITNESS_INTERVAL_MS` of the first commit that has none. */
export class WitnessTimer {
  readonly #clock: Clock
  readonly #write: () => void
  #timer: Timer | undefined

  constructor(clock: Clock, write: () => void) {
    this.#clock = clock
    this.#write = write
  }

  /** Something was committed. */
  touch(): void {
    this.#timer ??= this.#clock.setTimer(() => {
      this.#timer = undefined
      this.#write()
    }, WITNESS_INTERVAL_MS)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
