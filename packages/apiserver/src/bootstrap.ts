import { Namespace, PriorityClass } from '@kubetape/api/kinds'
import { isAlreadyExists, isNotFound, type Kind, type KubeObject } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease']
const CRITICAL = [
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
]

/** Makes what every cluster has from its first moment; what is there already is left alone. */
export async function bootstrap(client: Client): Promise<void> {
  for (const name of NAMESPACES) await ensure(client, Namespace, { metadata: { name }, spec: {} })
  for (const { name, value, description } of CRITICAL) {
    await ensure(client, PriorityClass, { metadata: { name }, value, description, preemptionPolicy: 'PreemptLowerPriority' } as never)
  }
}

async function ensure<T extends KubeObject>(client: Client, kind: Kind<T>, object: T): Promise<void> {
  try {
    await client.get(kind, { name: object.metadata!.name! })
    return
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
  try {
    await client.create(kind, object)
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
}
