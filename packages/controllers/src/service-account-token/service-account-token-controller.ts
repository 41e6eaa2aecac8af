import type { Secret, ServiceAccount } from '@kubetape/api/types/core/v1'
import { Secret as SecretKind, ServiceAccount as ServiceAccountKind } from '@kubetape/api/kinds'
import { isConflict, isNotFound } from '@kubetape/apimachinery'
import { ifFound } from '@kubetape/client'
import { type Controller, controllerFor, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import { accountsOf, filled, plan, tokenClaims, type TokenSecretStep } from './plan.ts'

export interface ServiceAccountTokenControllerOptions {
  /**
   * Signs the claims of a token. The signature stands on the tape as something from outside, beside the Secret that it goes into: replay has no key and
   * needs none, and a tape is as private as the Secrets that are in it.
   */
  readonly sign: (claims: object) => string
  /** PEM text that token Secrets get as `ca.crt` (kube-controller-manager's `--root-ca-file`). Default: none. */
  readonly ca?: string
}

const BY_ACCOUNT = 'serviceAccountOfToken'

/** Fills Secrets of type kubernetes.io/service-account-token, and deletes them with their account (serviceaccount-token-controller). */
export function serviceAccountTokenController({ sign, ca = '' }: ServiceAccountTokenControllerOptions): Controller {
  /** Names of deleted token Secrets by account, until a run has seen them: no informer has them any more. */
  const deleted = new Map<string, Set<string>>()
  return controllerFor<ServiceAccount>(ServiceAccountKind, { predicate: () => false })
    .named('serviceaccount-token')
    .index<Secret>(SecretKind, BY_ACCOUNT, accountsOf)
    .watches<Secret>(SecretKind, ({ type, object, previous }) => {
      const keys = new Set([...accountsOf(object), ...(previous === undefined ? [] : accountsOf(previous))])
      if (type === 'deleted') for (const key of keys) noteDeleted(deleted, key, object.metadata.name!)
      return [...keys]
    })
    .reconcile(async ({ key, namespace, name }, context) => {
      const gone = context.outside(() => takeDeleted(deleted, key))
      const bundle = context.outside(() => ca)
      const secrets = context.lister<Secret>(SecretKind).byIndex(BY_ACCOUNT, key)
      if (secrets.length === 0 && gone.length === 0) return undefined
      const account =
        context.lister<ServiceAccount>(ServiceAccountKind).get(namespace, name) ?? (await readAccount(context, namespace, name))
      for (const step of plan({ account, secrets, deleted: gone, ca: bundle })) {
        if (!(await act(step, account, bundle, sign, context))) return { requeue: true } satisfies ReconcileResult
      }
      return undefined
    })
}

/** Informers of two kinds may see an account later than its Secret: before anything is deleted, the server is asked. */
function readAccount({ client }: ReconcileContext, namespace: string, name: string): Promise<ServiceAccount | undefined> {
  return ifFound(client.get<ServiceAccount>(ServiceAccountKind, { namespace, name }))
}

/** Answers false when somebody else was faster, and it must be looked at again. */
async function act(
  step: TokenSecretStep,
  account: ServiceAccount | undefined,
  ca: string,
  sign: ServiceAccountTokenControllerOptions['sign'],
  context: ReconcileContext,
): Promise<boolean> {
  const { client } = context
  try {
    switch (step.type) {
      case 'delete': {
        const { namespace, name, uid } = step.secret.metadata
        await client.delete<Secret>(SecretKind, { namespace: namespace!, name: name! }, { preconditions: { uid: uid! } })
        break
      }
      case 'fill': {
        const { secret, needsToken } = step
        const token = needsToken ? context.outside(() => sign(tokenClaims(secret, account!))) : undefined
        await client.update<Secret>(SecretKind, filled(secret, account!, ca, token))
        break
      }
      case 'forget': {
        const { account: known, names } = step
        const secrets = known.secrets!.filter((one) => !names.includes(one.name ?? ''))
        await client.update<ServiceAccount>(ServiceAccountKind, { ...known, secrets })
        break
      }
    }
    return true
  } catch (error) {
    if (isNotFound(error)) return true
    if (isConflict(error)) return false
    throw error
  }
}

function noteDeleted(deleted: Map<string, Set<string>>, key: string, name: string): void {
  const names = deleted.get(key) ?? new Set()
  deleted.set(key, names.add(name))
}

function takeDeleted(deleted: Map<string, Set<string>>, key: string): string[] {
  const names = [...(deleted.get(key) ?? [])]
  deleted.delete(key)
  return names
}
