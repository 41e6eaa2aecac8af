import type { ReconcileContext } from '@kubetape/runtime'
import type { VolumeIntent } from './volume-intent.ts'

/** What has been asked of drivers for the claims of one key and is not settled, kept from run to run. */
export class OpenIntents {
  readonly #byUid: Map<string, VolumeIntent>
  readonly #carry: ReconcileContext['carry']

  constructor({ carried, carry }: Pick<ReconcileContext, 'carried' | 'carry'>, interrupted: readonly VolumeIntent[]) {
    const known = (carried as { readonly intents: readonly VolumeIntent[] } | undefined)?.intents ?? []
    this.#byUid = new Map([...interrupted, ...known].map((intent) => [intent.claim.uid, intent]))
    this.#carry = carry
    this.#keepAll()
  }

  get(uid: string | undefined): VolumeIntent | undefined {
    return uid === undefined ? undefined : this.#byUid.get(uid)
  }

  /** Those for claims that are not there any more. */
  without(uid: string | undefined): VolumeIntent[] {
    return [...this.#byUid.values()].filter(({ claim }) => claim.uid !== uid)
  }

  keep(intent: VolumeIntent): void {
    this.#byUid.set(intent.claim.uid, intent)
    this.#keepAll()
  }

  /** The driver has said the last word, and what it made has its PersistentVolume or is gone. */
  settle({ claim }: VolumeIntent): void {
    this.#byUid.delete(claim.uid)
    this.#keepAll()
  }

  #keepAll(): void {
    this.#carry(this.#byUid.size === 0 ? undefined : { intents: [...this.#byUid.values()] })
  }
}
