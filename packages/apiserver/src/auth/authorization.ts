import type { Gates } from '@kubetape/client-go-features'
import type { Storage } from '@kubetape/storage'
import { type Authorizer, superusers, unionAuthorizer } from './authorizer.ts'
import { alwaysAllow, alwaysDeny } from './fixed-authorizers.ts'
import { NodeAuthorizer } from './node/node-authorizer.ts'
import { RbacAuthorizer } from './rbac/rbac-authorizer.ts'

/** One authorizer of the chain. */
export interface AuthorizerChoice {
  readonly type: 'Node' | 'RBAC' | 'AlwaysAllow' | 'AlwaysDeny'
}

/** What `--authorization-mode` may name. */
export const AUTHORIZATION_MODES = ['Node', 'RBAC', 'AlwaysAllow', 'AlwaysDeny'] as const

/** The authorizers that `--authorization-mode` names. Throws an Error for words that are none, and for one named twice. */
export function authorizersOfModes(modes: readonly string[]): AuthorizerChoice[] {
  return modes.map((mode, at) => {
    const type = AUTHORIZATION_MODES.find((known) => known === mode)
    if (type === undefined)
      throw new Error(
        `Cannot use authorization mode ${JSON.stringify(mode)}: there is no such mode; there are ${AUTHORIZATION_MODES.join(', ')}`,
      )
    if (modes.indexOf(mode) !== at) throw new Error(`Cannot use authorization mode ${JSON.stringify(mode)}: it is named twice`)
    return { type }
  })
}

/** Who decides about requests. */
export interface AuthorizationOptions {
  /** In the order in which they are asked, each at most once. Default: Node, RBAC. */
  readonly authorizers?: readonly AuthorizerChoice[]
}

export interface AuthorizationEnvironment {
  readonly storage: Storage
  readonly gates: Gates
}

const DEFAULT_AUTHORIZERS: readonly AuthorizerChoice[] = [{ type: 'Node' }, { type: 'RBAC' }]

/** The chain of authorizers. Members of system:masters are let through before anybody is asked. */
export class Authorization {
  readonly authorizer: Authorizer
  /** Says what roles give, also where it does not decide: nobody may grant more than that. */
  readonly rbac: RbacAuthorizer

  constructor(environment: AuthorizationEnvironment, { authorizers = DEFAULT_AUTHORIZERS }: AuthorizationOptions = {}) {
    this.rbac = new RbacAuthorizer(environment.storage)
    this.authorizer = unionAuthorizer([superusers, ...authorizers.map((choice) => this.#make(choice, environment))])
  }

  #make(choice: AuthorizerChoice, environment: AuthorizationEnvironment): Authorizer {
    switch (choice.type) {
      case 'Node':
        return new NodeAuthorizer(environment)
      case 'RBAC':
        return this.rbac
      case 'AlwaysAllow':
        return alwaysAllow
      case 'AlwaysDeny':
        return alwaysDeny
    }
  }
}
