import { conflict, type KubeObject } from '@kubetape/apimachinery'
import type { RequestContext } from './environment.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/** Resources whose keys in etcd are not their names; upstream's message shows the key. */
const KEYS: Readonly<Record<string, string>> = {
  '/endpoints': 'services/endpoints',
  '/nodes': 'minions',
  '/replicationcontrollers': 'controllers',
  '/services': 'services/specs',
  'networking.k8s.io/ingresses': 'ingress',
}

/** A PUT with a uid is about that very object: 409 when another has its name, or nothing (any longer). */
export function checkUid(
  resource: ServedResource,
  context: RequestContext,
  draft: Readonly<Draft>,
  old: Readonly<KubeObject> | undefined,
): void {
  const uid = draft.metadata?.uid
  if (!uid || uid === old?.metadata?.uid) return
  const { request, namespace } = context
  const { group, resource: name } = resource.named
  const key = ['/registry', KEYS[`${group}/${name}`] ?? name, namespace, request.name].filter(Boolean).join('/')
  throw conflict(
    resource.named,
    request.name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old?.metadata?.uid ?? ''}`,
  )
}
