import { writeFileSync } from 'node:fs'
import { machineFiles, type VolumeFiles } from '../volume-files.ts'

/**
 * How a step goes wrong: the process ends before it, after it, or while it writes (half of the text is there, nothing else happens); or the step is
 * refused once and the process goes on.
 */
export type Fault = 'before' | 'after' | 'torn' | 'refused'

export const FAULTS: readonly Fault[] = ['before', 'after', 'torn', 'refused']

/** What a step of a process that is no more rejects with. */
export class Crash extends Error {}

const CHANGES = new Set<keyof VolumeFiles>([
  'makeFolder',
  'writeSynced',
  'append',
  'copySynced',
  'copyLink',
  'copyAttributes',
  'rename',
  'unlink',
  'removeFolder',
  'syncFolder',
])

/** The machine's files, until the step that a test names. Steps that only read are not counted. */
export class CrashingFiles {
  /** The steps so far: name and path within `root`. */
  readonly steps: string[] = []
  readonly files: VolumeFiles
  readonly #root: string
  readonly #fault: { readonly at: number; readonly how: Fault } | undefined
  #crashed = false

  /** `at`: 1 for the first step. */
  constructor(root: string, fault?: { readonly at: number; readonly how: Fault }) {
    this.#root = root
    this.#fault = fault
    const machine = machineFiles()
    this.files = Object.fromEntries(
      Object.entries(machine).map(([name, step]) => [
        name,
        (...args: readonly unknown[]) =>
          this.#perform(name as keyof VolumeFiles, args, () => (step as (...args: unknown[]) => Promise<unknown>)(...args)),
      ]),
    ) as unknown as VolumeFiles
  }

  /** Whether the fault has come. */
  get hit(): boolean {
    return this.#fault !== undefined && this.steps.length >= this.#fault.at
  }

  async #perform(name: keyof VolumeFiles, args: readonly unknown[], step: () => Promise<unknown>): Promise<unknown> {
    if (this.#crashed) throw new Crash()
    if (!CHANGES.has(name)) return step()
    const paths = args.map(String).filter((path) => path.startsWith(this.#root))
    this.steps.push([name, ...paths.map((path) => path.slice(this.#root.length + 1))].join(' '))
    if (this.steps.length !== this.#fault?.at) return step()
    const { how } = this.#fault
    if (how === 'refused') throw Object.assign(new Error('no space is left'), { code: 'ENOSPC' })
    this.#crashed = true
    if (how === 'after') await step()
    if (how === 'torn' && name === 'writeSynced')
      writeFileSync(args[0] as string, (args[1] as string).slice(0, (args[1] as string).length / 2))
    throw new Crash()
  }
}
