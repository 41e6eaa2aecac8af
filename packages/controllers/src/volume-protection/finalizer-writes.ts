import { isConflict, isNotFound, type Kind, type KubeObject } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'

/** Puts a finalizer on the object as it was seen: whoever is faster wins, and the change tells. */
export async function addFinalizer<T extends KubeObject>(client: Client, kind: Kind<T>, object: Readonly<T>, name: string): Promise<void> {
  // One that is being deleted by now must get none, and no finalizer of others may be lost: hence the version.
  const { uid, resourceVersion, finalizers = [] } = object.metadata ?? {}
  await patch(client, kind, object, 'merge', { uid, resourceVersion, finalizers: [...finalizers, name] })
}

/** Takes a finalizer off the object with this uid, whatever else was changed meanwhile. */
export async function removeFinalizer<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  object: Readonly<T>,
  name: string,
): Promise<void> {
  await patch(client, kind, object, 'strategic', { uid: object.metadata?.uid, '$deleteFromPrimitiveList/finalizers': [name] })
}

async function patch<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  object: Readonly<T>,
  type: 'merge' | 'strategic',
  metadata: object,
): Promise<void> {
  const { namespace, name = '' } = object.metadata ?? {}
  try {
    await client.patch<T>(kind, { ...(namespace === undefined ? {} : { namespace }), name }, { type, body: { metadata } })
  } catch (error) {
    // It is another one by now, or has changed: its event will tell.
    if (!isNotFound(error) && !isConflict(error)) throw error
  }
}
