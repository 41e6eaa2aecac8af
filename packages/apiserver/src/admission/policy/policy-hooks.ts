import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '@kubetape/api/types/admissionregistration/v1'
import type { Gates } from '@kubetape/client-go-features'
import type { KubeObject } from '@kubetape/apimachinery'
import type { Storage } from '@kubetape/storage'
import { type CompiledPolicy, compilePolicy } from './compiled-policy.ts'
import { ResourceMatcher } from './match-resources.ts'

const GROUP = 'admissionregistration.k8s.io'

/** A policy as requests meet it. */
export interface PolicyHook {
  readonly name: string
  readonly policy: Readonly<ValidatingAdmissionPolicy>
  readonly matcher: ResourceMatcher
  /** Compiled when a request first matches. */
  readonly compiled: () => CompiledPolicy
  readonly bindings: readonly PolicyBindingHook[]
}

export interface PolicyBindingHook {
  readonly name: string
  readonly binding: Readonly<ValidatingAdmissionPolicyBinding>
  /** Undefined: whatever the policy matches. */
  readonly matcher: ResourceMatcher | undefined
}

type PolicyPart = Omit<PolicyHook, 'bindings'>

/** The policies that have bindings, kept current with storage: a request costs nothing where there are none. */
export class PolicyHooks {
  readonly #policies = new Map<string, PolicyPart & { readonly generation: number | undefined; readonly uid: string | undefined }>()
  readonly #bindings = new Map<string, PolicyBindingHook>()
  #hooks: readonly PolicyHook[] | undefined = []

  constructor(storage: Storage, gates: Gates) {
    storage.watch({ group: GROUP, resource: 'validatingadmissionpolicies' }, { since: undefined }, ({ type, object }) => {
      if (type === 'DELETED') this.#policies.delete(object.name)
      else this.#addPolicy(object.object, gates)
      this.#hooks = undefined
    })
    storage.watch({ group: GROUP, resource: 'validatingadmissionpolicybindings' }, { since: undefined }, ({ type, object }) => {
      if (type === 'DELETED') this.#bindings.delete(object.name)
      else this.#bindings.set(object.name, bindingHook(object.object as Readonly<ValidatingAdmissionPolicyBinding>))
      this.#hooks = undefined
    })
  }

  /** By name. */
  all(): readonly PolicyHook[] {
    return (this.#hooks ??= this.#build())
  }

  /** What was compiled stays where only metadata or the status changed. */
  #addPolicy(object: Readonly<KubeObject>, gates: Gates): void {
    const policy = object as Readonly<ValidatingAdmissionPolicy>
    const { name = '', uid, generation } = policy.metadata
    const before = this.#policies.get(name)
    if (before !== undefined && before.uid === uid && before.generation === generation) return
    let compiled: CompiledPolicy | undefined
    this.#policies.set(name, {
      name,
      uid,
      generation,
      policy,
      matcher: new ResourceMatcher(policy.spec?.matchConstraints ?? {}),
      compiled: () => (compiled ??= compilePolicy(policy, gates)),
    })
  }

  #build(): PolicyHook[] {
    const byPolicy = new Map<string, PolicyBindingHook[]>()
    for (const one of [...this.#bindings.values()].sort(byName)) {
      const policyName = one.binding.spec?.policyName ?? ''
      byPolicy.set(policyName, [...(byPolicy.get(policyName) ?? []), one])
    }
    return [...this.#policies.values()].sort(byName).flatMap((one) => {
      const bindings = byPolicy.get(one.name)
      return bindings === undefined ? [] : [{ ...one, bindings }]
    })
  }
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1)

function bindingHook(binding: Readonly<ValidatingAdmissionPolicyBinding>): PolicyBindingHook {
  const constraints = binding.spec?.matchResources
  return { name: binding.metadata.name ?? '', binding, matcher: constraints === undefined ? undefined : new ResourceMatcher(constraints) }
}
