import { Observable, Subject } from 'rxjs'
import type { ReclaimPolicy } from './volume-plugin.ts'

/** Storage that has been asked for, and that no volume tells of yet; what stands on the tape as the body of the call. */
export interface StorageIntent {
  readonly path: string
  /** What becomes of it with its claim: storage that is to be retained is nobody's to delete. */
  readonly reclaimPolicy: ReclaimPolicy
  readonly claim: { readonly namespace: string; readonly name: string; readonly uid: string }
}

/**
 * Storage that would be lost if nobody remembered it: made, or perhaps made, for a claim whose volume could not be written down. What runs of this
 * process began is kept here, what an earlier process left is read off its tape at the start. Runs change it freely and read it through
 * `context.outside`.
 */
export class UnfinishedStorage {
  readonly #read: () => readonly StorageIntent[]
  readonly #intents = new Map<string, StorageIntent>()
  /** Uids of claims for which a run is at work. */
  readonly #underWay = new Set<string>()
  readonly #left = new Subject<string>()

  /** `read` answers what earlier processes left. Default: nothing. */
  constructor(read: () => readonly StorageIntent[] = () => []) {
    this.#read = read
  }

  /** A run is about to make this. */
  begin(intent: StorageIntent): void {
    if (intent.reclaimPolicy !== 'Delete') return
    this.#intents.set(intent.claim.uid, intent)
    this.#underWay.add(intent.claim.uid)
  }

  /** There is a volume, or the storage is gone again. */
  end(uid: string): void {
    this.#intents.delete(uid)
    this.#underWay.delete(uid)
  }

  /** The run is over, and it has not come to an end unless `end` was called. */
  leave(uid: string): void {
    this.#underWay.delete(uid)
    const intent = this.#intents.get(uid)
    if (intent !== undefined) this.#left.next(keyOf(intent))
  }

  /** What nobody is at work on, for claims of this key. */
  of(key: string): StorageIntent[] {
    return [...this.#intents.values()].filter((intent) => keyOf(intent) === key && !this.#underWay.has(intent.claim.uid))
  }

  has(key: string): boolean {
    return this.#intents.size > 0 && this.of(key).length > 0
  }

  /** Keys of claims for which something was left: first by earlier processes, then by runs as they end. */
  readonly left = new Observable<string | string[]>((subscriber) => {
    for (const intent of this.#read())
      if (intent.reclaimPolicy === 'Delete' && !this.#underWay.has(intent.claim.uid)) this.#intents.set(intent.claim.uid, intent)
    subscriber.next([...new Set([...this.#intents.values()].map(keyOf))])
    return this.#left.subscribe(subscriber)
  })
}

const keyOf = ({ claim }: StorageIntent): string => `${claim.namespace}/${claim.name}`
