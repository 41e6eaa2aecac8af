import type { PolicyRule, RoleRef, Subject } from '@kubetape/api/types/rbac/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { Storage } from '@kubetape/storage'
import { bootstrapPolicy } from '../rbac/bootstrap/bootstrap-policy.ts'

const GROUP = 'rbac.authorization.k8s.io'

/** A storage in virtual time for what authorizers fold. */
export class RbacCluster {
  readonly clock = new VirtualClock()
  readonly storage: Storage

  constructor() {
    this.storage = Storage.open({ log: createMemoryLog({ clock: this.clock, random: seededRandom(1) }), clock: this.clock })
  }

  /** Stores objects of a resource, new ones and changed ones. */
  async put(group: string, resource: string, ...objects: readonly KubeObject[]): Promise<void> {
    await this.#commit(
      objects.map((object) => {
        const { namespace = '', name = '' } = object.metadata!
        const expect = this.storage.get({ group, resource }, namespace, name)?.revision ?? 0
        return { group, resource, namespace, name, operation: expect === 0 ? 'create' : 'update', expect, object: structuredClone(object) }
      }),
    )
  }

  async remove(group: string, resource: string, namespace: string, name: string): Promise<void> {
    const stored = this.storage.get({ group, resource }, namespace, name)!
    await this.#commit([
      { group, resource, namespace, name, operation: 'delete', expect: stored.revision, object: structuredClone(stored.object) },
    ])
  }

  /** A Role of a namespace, or a ClusterRole where it is empty. */
  role(namespace: string, name: string, ...rules: PolicyRule[]): Promise<void> {
    return this.put(GROUP, namespace === '' ? 'clusterroles' : 'roles', { metadata: { namespace, name }, rules })
  }

  /** A RoleBinding of a namespace, or a ClusterRoleBinding where it is empty. */
  bind(namespace: string, name: string, kind: 'Role' | 'ClusterRole', role: string, ...subjects: Subject[]): Promise<void> {
    const roleRef: RoleRef = { apiGroup: GROUP, kind, name: role }
    return this.put(GROUP, namespace === '' ? 'clusterrolebindings' : 'rolebindings', { metadata: { namespace, name }, roleRef, subjects })
  }

  /** What every cluster has from its start. */
  async bootstrap(): Promise<void> {
    const policy = bootstrapPolicy({ enabled: () => false })
    await this.put(GROUP, 'clusterroles', ...policy.clusterRoles)
    await this.put(GROUP, 'clusterrolebindings', ...policy.clusterRoleBindings)
    await this.put(GROUP, 'roles', ...policy.roles)
    await this.put(GROUP, 'rolebindings', ...policy.roleBindings)
  }

  async #commit(writes: Parameters<Storage['commit']>[0]): Promise<void> {
    const done = this.storage.commit(writes)
    await this.clock.advance(1)
    await done
  }
}
