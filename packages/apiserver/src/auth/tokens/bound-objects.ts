import type { Secret, ServiceAccount } from '@kubetape/api/types/core/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import type { Storage } from '@kubetape/storage'
import { AuthenticationError } from '../authenticator.ts'
import type { ObjectClaim } from './token-claims.ts'

const RESOURCES = { pod: 'pods', secret: 'secrets', node: 'nodes' } as const
const CLAIM_NAMES = { pod: 'service account pod ref', secret: 'service account secret ref', node: 'service account node ref' } as const

export const INVALIDATED = 'service account token has been invalidated'

/** What tokens name, as it is now. All checks throw an AuthenticationError with upstream's words. */
export class BoundObjects {
  readonly #storage: Storage

  constructor(storage: Storage) {
    this.#storage = storage
  }

  account(namespace: string, name: string): ServiceAccount | undefined {
    return this.#storage.get({ group: '', resource: 'serviceaccounts' }, namespace, name)?.object as ServiceAccount | undefined
  }

  secret(namespace: string, name: string): Secret | undefined {
    return this.#storage.get({ group: '', resource: 'secrets' }, namespace, name)?.object as Secret | undefined
  }

  /** The account is there, is the one that was meant, and was not deleted before `deadlineMs`. */
  checkAccount(namespace: string, { name, uid }: ObjectClaim, deadlineMs: number): ServiceAccount {
    const account = this.account(namespace, name)
    if (account === undefined) throw new AuthenticationError(`serviceaccounts ${JSON.stringify(name)} not found`)
    if (deletedBefore(account, deadlineMs)) throw new AuthenticationError(INVALIDATED)
    if (account.metadata.uid !== uid)
      throw new AuthenticationError(`service account UID (${account.metadata.uid}) does not match claim (${uid})`)
    return account
  }

  /** The same of what a token is bound to: it dies with it. */
  check(what: keyof typeof RESOURCES, namespace: string, { name, uid }: ObjectClaim, deadlineMs: number): void {
    const object = this.#storage.get({ group: '', resource: RESOURCES[what] }, namespace, name)?.object
    if (object === undefined || deletedBefore(object, deadlineMs)) throw new AuthenticationError(INVALIDATED)
    if (object.metadata?.uid !== uid)
      throw new AuthenticationError(`${what} UID (${object.metadata?.uid}) does not match ${CLAIM_NAMES[what]} claim (${uid})`)
  }
}

function deletedBefore({ metadata }: Readonly<KubeObject>, deadlineMs: number): boolean {
  return metadata?.deletionTimestamp !== undefined && Date.parse(metadata.deletionTimestamp) < deadlineMs
}
