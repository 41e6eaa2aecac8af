import { type Kind, type KubeObject, mergePatchBetween, type ObjectName } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { ApplyOptions, PatchOptions } from './reconcile.ts'

/** Server-side apply under this field manager, by force unless told otherwise. */
export function applyObject<T extends KubeObject>(
  client: Client,
  fieldManager: string,
  kind: Kind<T>,
  object: T,
  { subresource, force = true }: ApplyOptions = {},
): Promise<T> {
  const apiVersion = kind.group ? `${kind.group}/${kind.version}` : kind.version
  return client.patch(
    kind,
    nameOf(object),
    { type: 'apply', body: { apiVersion, kind: kind.kind, ...object } },
    { fieldManager, force, ...(subresource === undefined ? {} : { subresource }) },
  )
}

/** A merge patch of the difference; nothing is sent where there is none. */
export async function patchObject<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  before: T,
  after: T,
  { subresource, optimisticLock = false }: PatchOptions = {},
): Promise<T | undefined> {
  const patch = mergePatchBetween(before, after)
  if (patch === undefined) return undefined
  const { resourceVersion } = before.metadata ?? {}
  const body = optimisticLock ? { ...patch, metadata: { ...(patch['metadata'] as object | undefined), resourceVersion } } : patch
  return client.patch(kind, nameOf(before), { type: 'merge', body }, subresource === undefined ? {} : { subresource })
}

const nameOf = ({ metadata }: KubeObject): ObjectName => ({
  ...(metadata?.namespace ? { namespace: metadata.namespace } : {}),
  name: metadata?.name ?? '',
})
