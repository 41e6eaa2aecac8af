import type { LogLine } from './kubelets.ts'
import type { LogOptions } from './log-options.ts'

/** Prints one log as its options say, in as many pieces as it comes in. */
export class LogPrinter {
  readonly #options: LogOptions
  /** Bytes that may still be printed. */
  #left: number

  constructor(options: LogOptions) {
    this.#options = options
    this.#left = options.limitBytes ?? Infinity
  }

  /** Nothing more is printed: the limit is reached. */
  get isFull(): boolean {
    return this.#left <= 0
  }

  /** What is there when the log is asked for: of its last lines those that are not too old, as kubelets count. */
  first(lines: readonly LogLine[]): string {
    const { tailLines } = this.#options
    return this.more(tailLines === undefined || tailLines >= lines.length ? lines : lines.slice(lines.length - tailLines))
  }

  /** Lines that came later. */
  more(lines: readonly LogLine[]): string {
    const { sinceMs = -Infinity, timestamps } = this.#options
    const wanted = lines.filter(({ timeMs }) => timeMs >= sinceMs)
    const text = wanted.map((line) => (timestamps ? `${printTime(line.timeMs)} ${line.text}\n` : `${line.text}\n`)).join('')
    return this.#limited(text)
  }

  #limited(text: string): string {
    const bytes = Buffer.from(text)
    const { length } = bytes
    const printed = length <= this.#left ? text : bytes.subarray(0, this.#left).toString('utf8')
    this.#left -= length
    return printed
  }
}

/** RFC 3339 with nine decimals, as kubelets print the times of lines. */
const printTime = (ms: number): string => new Date(ms).toISOString().replace(/(\.\d{3})Z$/, '$1000000Z')
