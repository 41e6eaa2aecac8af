import type { Clock } from '@kubetape/determinism'
import { CsiError } from '../csi-error.ts'
import { hasCode, type VolumeFiles } from './volume-files.ts'

/** A record of this size is put aside as `requests.1.jsonl`, in the place of the one before. */
export const RECORD_BYTES_MAX = 64 * 2 ** 20

/** Answers are written down of what changes something: lists and measurements would fill the record. */
const CHANGES: ReadonlySet<string> = new Set(['CreateVolume', 'ControllerExpandVolume'])

/** The record does not go deeper: nothing that the protocol sends does. */
const NAMES_OF_SECRETS: ReadonlySet<string> = new Set(['secrets'])

export interface RequestRecordOptions {
  readonly files: VolumeFiles
  readonly clock: Clock
  /** Path without `.jsonl`. */
  readonly path: string
  readonly bytesMax?: number
}

/**
 * What a driver was asked and how that ended: a line of JSON for each request, in the order of their ends. Fields: `time`, `method`, `request` as it came
 * but for secrets, `outcome` (`OK` or the code of the error), and `answer`, where it says what was made, or `message`. A line is written before the request is answered.
 */
export class RequestRecord {
  readonly #options: RequestRecordOptions
  /** Lines go one after the other, so that none is torn or lost while the record is put aside. */
  #last: Promise<void> = Promise.resolve()
  #bytes: number

  private constructor(options: RequestRecordOptions, bytes: number) {
    this.#options = options
    this.#bytes = bytes
  }

  /** Goes on with what is there. */
  static async open(options: RequestRecordOptions): Promise<RequestRecord> {
    const file = `${options.path}.jsonl`
    if ((await options.files.kind(file)) === undefined) return new RequestRecord(options, 0)
    const text = await options.files.read(file)
    // The last line of a driver that was ended while it wrote: what follows must not be part of it.
    if (text !== '' && !text.endsWith('\n')) await options.files.append(file, '\n')
    return new RequestRecord(options, Buffer.byteLength(text))
  }

  /** Performs a request and writes it down. */
  async during<T>(method: string, request: object, perform: () => Promise<T>): Promise<T> {
    let answer: T
    try {
      answer = await perform()
    } catch (error) {
      await this.#write({
        method,
        request,
        outcome: error instanceof CsiError ? error.code : 'INTERNAL',
        message: (error as Error).message,
      })
      throw error
    }
    await this.#write({ method, request, outcome: 'OK', ...(CHANGES.has(method) ? { answer } : {}) })
    return answer
  }

  #write(fields: {
    readonly method: string
    readonly request: object
    readonly outcome: string
    readonly message?: string
    readonly answer?: unknown
  }): Promise<void> {
    const time = new Date(this.#options.clock.wallMs()).toISOString()
    const line = `${JSON.stringify({ time, ...fields }, (name, value: unknown) => (NAMES_OF_SECRETS.has(name) ? undefined : value))}\n`
    const written = this.#last.then(() => this.#append(line))
    this.#last = written.catch(() => undefined)
    return written
  }

  async #append(line: string): Promise<void> {
    const { files, path, bytesMax = RECORD_BYTES_MAX } = this.#options
    if (this.#bytes >= bytesMax) {
      await files.rename(`${path}.jsonl`, `${path}.1.jsonl`).catch((error: unknown) => {
        // Somebody else has taken it away.
        if (!hasCode(error, 'ENOENT')) throw error
      })
      this.#bytes = 0
    }
    await files.append(`${path}.jsonl`, line)
    this.#bytes += Buffer.byteLength(line)
  }
}
