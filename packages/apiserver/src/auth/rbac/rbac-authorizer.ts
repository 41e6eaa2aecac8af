import type { PolicyRule, Subject } from '@kubetape/api/types/rbac/v1'
import type { Storage } from '@kubetape/storage'
import type { UserInfo } from '../../registry/strategy.ts'
import { type AccessAttributes, type Authorizer, type Decision, joinErrors, NO_OPINION, type RightsList } from '../authorizer.ts'
import { ruleAllows } from './policy-rule.ts'
import { type Binding, RBAC_GROUP, RoleFold, subjectOf } from './role-fold.ts'

/** All rules that bindings give a user, and what was wrong with some bindings. */
export interface UserRules {
  readonly rules: readonly PolicyRule[]
  readonly errors: readonly string[]
}

/**
 * Role-based access control (API reference, rbac.authorization.k8s.io): roles say what may be done, bindings who may do it. It only ever allows.
 * A decision looks at the bindings of the user and of their groups, in the cluster and in the namespace of the request, and at nothing else.
 */
export class RbacAuthorizer implements Authorizer {
  readonly fold: RoleFold

  constructor(storage: Storage) {
    this.fold = new RoleFold(storage)
  }

  authorize(attributes: AccessAttributes): Decision {
    const errors: string[] = []
    const { user } = attributes
    const namespace = attributes.isResource ? attributes.namespace : ''
    const granting =
      this.#granting(attributes, '', errors) ?? (namespace === '' ? undefined : this.#granting(attributes, namespace, errors))
    if (granting !== undefined) return { verdict: 'allow', reason: `RBAC: allowed by ${described(granting, user)}` }
    return errors.length === 0 ? NO_OPINION : { verdict: 'no-opinion', reason: `RBAC: ${joinErrors(errors)}` }
  }

  rightsOf(user: UserInfo, namespace: string): RightsList {
    const { rules, errors } = this.rulesOf(user, namespace, 'singular')
    return {
      resourceRules: rules
        .filter(({ resources = [] }) => resources.length > 0)
        .map(({ verbs, apiGroups = [], resources = [], resourceNames = [] }) => ({ verbs, apiGroups, resources, resourceNames })),
      nonResourceRules: rules
        .filter(({ nonResourceURLs = [] }) => nonResourceURLs.length > 0)
        .map(({ verbs, nonResourceURLs = [] }) => ({ verbs, nonResourceURLs })),
      incomplete: false,
      ...(errors.length === 0 ? {} : { error: joinErrors(errors) }),
    }
  }

  /** The rules of all bindings of a user in the cluster and in `namespace`. `naming`: whether a missing role is called `roles` or `role`. */
  rulesOf(user: UserInfo, namespace: string, naming: 'singular' | 'plural'): UserRules {
    const errors: string[] = []
    const rules: PolicyRule[] = []
    for (const scope of namespace === '' ? [''] : ['', namespace]) {
      for (const binding of this.fold.bindings(user, scope)) {
        const found = this.fold.rules(binding.roleRef, scope)
        if (found === undefined) errors.push(roleMissing(binding, naming))
        else rules.push(...found)
      }
    }
    return { rules, errors }
  }

  #granting(attributes: AccessAttributes, scope: string, errors: string[]): Binding | undefined {
    return this.fold.findBinding(attributes.user, scope, (binding) => {
      const rules = this.fold.rules(binding.roleRef, scope)
      if (rules !== undefined) return rules.some((rule) => ruleAllows(rule, attributes))
      errors.push(roleMissing(binding, 'singular'))
      return false
    })
  }
}

function roleMissing({ roleRef }: Binding, naming: 'singular' | 'plural'): string {
  return `${roleRef.kind.toLowerCase()}${naming === 'plural' ? 's' : ''}.${RBAC_GROUP} ${JSON.stringify(roleRef.name)} not found`
}

function described(binding: Binding, user: UserInfo): string {
  const { kind, name, namespace, roleRef } = binding
  const which = JSON.stringify(namespace === '' ? name : `${name}/${namespace}`)
  return `${kind} ${which} of ${roleRef.kind} ${JSON.stringify(roleRef.name)} to ${subjectText(subjectOf(binding, user)!, namespace)}`
}

function subjectText({ kind, name, namespace }: Subject, bindingNamespace: string): string {
  return `${kind} ${JSON.stringify(kind === 'ServiceAccount' ? `${name}/${namespace || bindingNamespace}` : name)}`
}
