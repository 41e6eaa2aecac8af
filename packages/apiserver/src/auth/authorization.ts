import type { Gates } from '@kubetape/client-go-features'
import type { Clock } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import { type Authorizer, superusers, unionAuthorizer } from './authorizer.ts'
import { alwaysAllow, alwaysDeny } from './fixed-authorizers.ts'
import { NodeAuthorizer } from './node/node-authorizer.ts'
import { RbacAuthorizer } from './rbac/rbac-authorizer.ts'
import { WebhookAuthorizer, type WebhookAuthorizerOptions } from './webhook/webhook-authorizer.ts'

/** One authorizer of the chain. */
export type AuthorizerChoice =
  | { readonly type: 'Node' | 'RBAC' | 'AlwaysAllow' | 'AlwaysDeny' }
  | { readonly type: 'Webhook'; readonly webhook: WebhookAuthorizerOptions }

/** What `--authorization-mode` may name. */
export const AUTHORIZATION_MODES = ['Node', 'RBAC', 'AlwaysAllow', 'AlwaysDeny', 'Webhook'] as const

/**
 * The authorizers that `--authorization-mode` names; `webhook` says how the one of the mode Webhook is reached. Throws an Error for words that are no mode,
 * for one that is named twice, and for Webhook without `webhook`.
 */
export function authorizersOfModes(modes: readonly string[], webhook?: WebhookAuthorizerOptions): AuthorizerChoice[] {
  return modes.map((mode, at) => {
    const refuse = (why: string): Error => new Error(`Cannot use authorization mode ${JSON.stringify(mode)}: ${why}`)
    const type = AUTHORIZATION_MODES.find((known) => known === mode)
    if (type === undefined) throw refuse(`there is no such mode; there are ${AUTHORIZATION_MODES.join(', ')}`)
    if (modes.indexOf(mode) !== at) throw refuse('it is named twice')
    if (type !== 'Webhook') return { type }
    if (webhook === undefined) throw refuse('it needs --authorization-webhook-config-file')
    return { type, webhook }
  })
}

/** Who decides about requests. */
export interface AuthorizationOptions {
  /** In the order in which they are asked, each but Webhook at most once. Default: Node, RBAC. */
  readonly authorizers?: readonly AuthorizerChoice[]
}

export interface AuthorizationEnvironment {
  readonly storage: Storage
  readonly gates: Gates
  readonly clock: Clock
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
      case 'Webhook':
        return new WebhookAuthorizer(choice.webhook, environment)
    }
  }
}
