import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import type { Clock } from '@kubetape/determinism'

/** Where audit events go, one line each. */
export interface AuditLog {
  write(line: string): void
  /** Resolves when nothing more is written. */
  close(): void | Promise<void>
}

export interface AuditLogOptions {
  /** `-`: standard output. */
  readonly path: string
  readonly clock: Clock
  /** Megabytes after which the file is put aside. Default 100. */
  readonly sizeMaxMb?: number
  /** Files put aside that are kept. Default: all. */
  readonly backupsMax?: number
  /** Days that files put aside are kept. Default: for ever. */
  readonly ageMaxDays?: number
  /** Told when lines cannot be written, how many wait, and how many had to be given up. */
  readonly onError: (error: Error, waiting: number, lost: number) => void
}

const MEGABYTE = 1024 * 1024
const DAY_MS = 24 * 3600 * 1000
/** Lines that wait for a disk that takes none; after that the oldest are given up, and it is said how many. */
export const WAITING_MAX = 10_000
/** The same in characters: a line may have a body of 3 MiB in it, and its answer. */
export const WAITING_CHARACTERS_MAX = 64 * MEGABYTE
/** Lines are handed to the disk in pieces of about this size, so that one that takes none costs no more than that each time. */
const PIECE_CHARACTERS = MEGABYTE

/**
 * The audit log as a file of JSON lines, readable for its owner alone, or standard output.
 *
 * - What one turn brings is written at once when the turn ends.
 * - A disk that is full loses nothing at first: lines wait and are tried again with the next ones, and each failure is told.
 */
export function openAuditLog(options: AuditLogOptions): AuditLog & { close(): void } {
  return options.path === '-' ? { write: (line) => void process.stdout.write(`${line}\n`), close: () => undefined } : new AuditFile(options)
}

class AuditFile implements AuditLog {
  readonly #options: AuditLogOptions
  #descriptor: number
  #size: number
  #lines: string[] = []
  /** Of all lines together. */
  #characters = 0
  /** What of the first line is written already. */
  #torn = 0
  #scheduled = false

  constructor(options: AuditLogOptions) {
    this.#options = options
    mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 })
    ;[this.#descriptor, this.#size] = open(options.path)
  }

  write(line: string): void {
    this.#lines.push(line)
    this.#characters += line.length
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.#flush()
    })
  }

  close(): void {
    this.#flush()
    closeSync(this.#descriptor)
  }

  #flush(): void {
    if (this.#lines.length === 0) return
    const lost = this.#giveUpOldest()
    try {
      this.#rotateIfFull()
      this.#writeAll()
      if (lost > 0) throw new Error('too many lines waited')
    } catch (error) {
      this.#options.onError(error as Error, this.#lines.length, lost)
    }
  }

  /** Answers how many lines were too many. NOTE: the first is kept while part of it is in the file, or the rest would begin in the middle of it. */
  #giveUpOldest(): number {
    const first = this.#torn > 0 ? 1 : 0
    let lost = 0
    while (this.#lines.length - lost > WAITING_MAX || (this.#characters > WAITING_CHARACTERS_MAX && this.#lines.length - lost > first + 1))
      this.#characters -= this.#lines[first + lost++]!.length
    this.#lines.splice(first, lost)
    return lost
  }

  #writeAll(): void {
    while (this.#lines.length > 0) {
      let bytes = Buffer.from(this.#piece(), 'utf8').subarray(this.#torn)
      while (bytes.length > 0) bytes = bytes.subarray(this.#writeSome(bytes))
    }
  }

  /** The first lines, at least one. */
  #piece(): string {
    let size = 0
    const end = this.#lines.findIndex((line) => (size += line.length) > PIECE_CHARACTERS)
    return `${this.#lines.slice(0, end < 0 ? this.#lines.length : end + 1).join('\n')}\n`
  }

  /** Answers how many bytes went; where it fails, what is written in whole is let go of first. */
  #writeSome(bytes: Uint8Array): number {
    const written = writeSync(this.#descriptor, bytes)
    this.#size += written
    let at = this.#torn + written
    while (this.#lines.length > 0) {
      const length = Buffer.byteLength(this.#lines[0]!, 'utf8') + 1
      if (at < length) break
      at -= length
      this.#characters -= this.#lines.shift()!.length
    }
    this.#torn = at
    return written
  }

  #rotateIfFull(): void {
    const { path, clock, sizeMaxMb = 100 } = this.#options
    if (this.#size < sizeMaxMb * MEGABYTE) return
    const stamp = new Date(clock.wallMs()).toISOString().replaceAll(':', '-').slice(0, -1)
    renameSync(path, `${stem(path)}-${stamp}${extname(path)}`)
    closeSync(this.#descriptor)
    ;[this.#descriptor, this.#size] = open(path)
    this.#forgetOld()
  }

  /** Takes away files put aside that are too many or too old. */
  #forgetOld(): void {
    const { path, clock, backupsMax = 0, ageMaxDays = 0 } = this.#options
    const prefix = `${basename(stem(path))}-`
    const backups = readdirSync(dirname(path))
      .filter((name) => name.startsWith(prefix) && name.endsWith(extname(path)) && STAMP.test(name))
      .sort()
      .reverse()
    const oldest = ageMaxDays > 0 ? clock.wallMs() - ageMaxDays * DAY_MS : 0
    for (const [at, name] of backups.entries()) {
      if ((backupsMax > 0 && at >= backupsMax) || timeOf(name) < oldest) rmSync(join(dirname(path), name), { force: true })
    }
  }
}

const STAMP = /-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})(?:\.\w+)?$/

function timeOf(name: string): number {
  const [, day, hour, minute, second] = STAMP.exec(name)!
  return Date.parse(`${day}T${hour}:${minute}:${second}Z`)
}

const stem = (path: string): string => path.slice(0, path.length - extname(path).length)

function open(path: string): [descriptor: number, size: number] {
  const descriptor = openSync(path, 'a', 0o600)
  return [descriptor, fstatSync(descriptor).size]
}
