import { afterAll, afterEach, beforeAll, beforeEach, describe } from '@jest/globals'
import { type ClientSubject, Scene } from './contract-scene.ts'
import { applyContract } from './apply-contract.ts'
import { deleteContract } from './delete-contract.ts'
import { readContract } from './read-contract.ts'
import { watchContract } from './watch-contract.ts'
import { writeContract } from './write-contract.ts'

/** What a server behind a client may not offer. */
export interface ContractOptions {
  /** `timeoutSeconds` and bookmarks by time. Default true. */
  readonly timedWatches?: boolean
  /** `sendInitialEvents` (feature gate WatchList). Default true. */
  readonly initialEvents?: boolean
}

/**
 * What every Client passes, over a server that serves ConfigMaps, Namespaces, Pods and ServiceAccounts and lets the client do everything.
 * One client for all tests; each test has a namespace of its own.
 */
export function clientContract(name: string, makeClient: () => Promise<ClientSubject>, options: ContractOptions = {}): void {
  describe(`${name} keeps the contract of clients`, () => {
    let subject: ClientSubject | undefined
    let current: Scene | undefined
    const scene = (): Scene => {
      if (current === undefined) throw new Error('Cannot use the scene: no test runs')
      return current
    }
    beforeAll(async () => {
      subject = await makeClient()
    })
    afterAll(() => subject?.dispose())
    beforeEach(async () => {
      current = await Scene.open(subject!)
    })
    afterEach(async () => {
      await current?.close()
      current = undefined
    })
    readContract(scene)
    writeContract(scene)
    applyContract(scene)
    deleteContract(scene)
    watchContract(scene, options)
  })
}
