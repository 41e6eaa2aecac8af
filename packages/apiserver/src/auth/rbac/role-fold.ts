import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject } from '@kubetape/api/types/rbac/v1'
import type { GroupResource, KubeObject } from '@kubetape/apimachinery'
import type { Storage } from '@kubetape/storage'
import type { UserInfo } from '../../registry/strategy.ts'

export const RBAC_GROUP = 'rbac.authorization.k8s.io'
const SERVICE_ACCOUNT_PREFIX = 'system:serviceaccount:'

/** A binding as decisions need it. */
export interface Binding {
  readonly kind: 'ClusterRoleBinding' | 'RoleBinding'
  readonly name: string
  /** Empty: a ClusterRoleBinding. */
  readonly namespace: string
  readonly roleRef: RoleRef
  readonly subjects: readonly Subject[]
}

/** Bindings of one scope by whom they name. */
type BySubject = Map<string, Binding[]>

/**
 * Roles and bindings, folded from storage so that finding those of one user costs nothing for the others'. What a caller may rely on:
 *
 * - It is as new as the newest commit: storage tells it before anybody is told that the commit is done.
 * - It is built when it is first asked for, and kept from then on.
 */
export class RoleFold {
  readonly #storage: Storage
  readonly #clusterRoles = new Map<string, readonly PolicyRule[]>()
  readonly #roles = new Map<string, readonly PolicyRule[]>()
  /** By namespace; the bindings of the cluster under an empty one. */
  readonly #bindings = new Map<string, BySubject>()
  readonly #known = new Map<string, Binding>()
  #following = false

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** The rules that a reference names, seen from `namespace`; undefined when there is no such role. */
  rules({ kind, name }: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    this.#follow()
    return kind === 'Role' ? this.#roles.get(`${namespace}/${name}`) : this.#clusterRoles.get(name)
  }

  /**
   * The first binding in `namespace` (empty: of those of the cluster) that names the user or one of the groups and is what is sought. One that names
   * several of them may be looked at again.
   */
  findBinding(user: UserInfo, namespace: string, isSought: (binding: Binding) => boolean): Binding | undefined {
    this.#follow()
    const scope = this.#bindings.get(namespace)
    if (scope === undefined) return undefined
    const own = scope.get(userKey(user.name))?.find(isSought)
    if (own !== undefined) return own
    for (const group of user.groups) {
      const found = scope.get(groupKey(group))?.find(isSought)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** All bindings in `namespace` (empty: those of the cluster) that name the user or one of the groups; each once. */
  bindings(user: UserInfo, namespace: string): Iterable<Binding> {
    const all = new Set<Binding>()
    this.findBinding(user, namespace, (binding) => {
      all.add(binding)
      return false
    })
    return all
  }

  #follow(): void {
    if (this.#following) return
    this.#following = true
    this.#watch('clusterroles', (name, _, object) => setRules(this.#clusterRoles, name, object as ClusterRole | undefined))
    this.#watch('roles', (name, namespace, object) => setRules(this.#roles, `${namespace}/${name}`, object as Role | undefined))
    this.#watch('clusterrolebindings', (name, _, object) => this.#setBinding(name, '', object as ClusterRoleBinding | undefined))
    this.#watch('rolebindings', (name, namespace, object) => this.#setBinding(name, namespace, object as RoleBinding | undefined))
  }

  #watch(resource: string, set: (name: string, namespace: string, object: KubeObject | undefined) => void): void {
    const what: GroupResource = { group: RBAC_GROUP, resource }
    this.#storage.watch(what, { since: undefined }, ({ type, object }) => {
      set(object.name, object.namespace, type === 'DELETED' ? undefined : object.object)
    })
  }

  #setBinding(name: string, namespace: string, object: ClusterRoleBinding | RoleBinding | undefined): void {
    const key = `${namespace}/${name}`
    const old = this.#known.get(key)
    if (old !== undefined) this.#remove(old)
    // NOTE: earlier releases stored bindings unchecked; one that names no role gives nothing, and must not fail others' requests.
    if (object?.roleRef === undefined) {
      this.#known.delete(key)
      return
    }
    const { roleRef } = object
    const subjects = object.subjects ?? []
    const binding: Binding = { kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding', name, namespace, roleRef, subjects }
    this.#known.set(key, binding)
    let scope = this.#bindings.get(namespace)
    if (scope === undefined) this.#bindings.set(namespace, (scope = new Map<string, Binding[]>()))
    for (const subject of keysOf(binding)) {
      const list = scope.get(subject)
      if (list === undefined) scope.set(subject, [binding])
      else list.push(binding)
    }
  }

  #remove(binding: Binding): void {
    const scope = this.#bindings.get(binding.namespace)!
    for (const key of keysOf(binding)) {
      const rest = scope.get(key)!.filter((one) => one !== binding)
      if (rest.length === 0) scope.delete(key)
      else scope.set(key, rest)
    }
    if (scope.size === 0) this.#bindings.delete(binding.namespace)
  }
}

function setRules(roles: Map<string, readonly PolicyRule[]>, key: string, role: ClusterRole | Role | undefined): void {
  if (role === undefined) roles.delete(key)
  // A rule without verbs, which only earlier releases let in, allows nothing.
  else
    roles.set(
      key,
      (role.rules ?? []).filter(({ verbs }) => Array.isArray(verbs)),
    )
}

const userKey = (name: string): string => `u:${name}`
const groupKey = (name: string): string => `g:${name}`

function keysOf({ subjects, namespace }: Binding): Set<string> {
  const keys = new Set<string>()
  for (const subject of subjects) {
    const key = keyOf(subject, namespace)
    if (key !== undefined) keys.add(key)
  }
  return keys
}

/** Whom a subject names. A service account without a namespace is one of the binding's namespace. */
function keyOf({ kind, name, namespace }: Subject, bindingNamespace: string): string | undefined {
  if (kind === 'User') return userKey(name)
  if (kind === 'Group') return groupKey(name)
  const home = namespace || bindingNamespace
  return kind === 'ServiceAccount' && home !== '' ? userKey(`${SERVICE_ACCOUNT_PREFIX}${home}:${name}`) : undefined
}

/** The first subject of a binding that is this user. */
export function subjectOf(binding: Binding, user: UserInfo): Subject | undefined {
  return binding.subjects.find((subject) => {
    const key = keyOf(subject, binding.namespace)
    return key === userKey(user.name) || (subject.kind === 'Group' && user.groups.includes(subject.name))
  })
}
