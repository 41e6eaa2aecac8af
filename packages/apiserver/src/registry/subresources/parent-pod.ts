import type { Pod } from '@kubetape/api/types/core/v1'
import { cloneJson, conflict, type GroupVersionKind, notFound, OBJECT_MODIFIED } from '@kubetape/apimachinery'
import { BodyText, validationMode } from '../body.ts'
import type { RegistryEnvironment, RequestContext } from '../environment.ts'
import { commitChange, readObject } from '../object-store.ts'
import { builtinType } from '../object-type.ts'
import type { ServedResource } from '../served-resource.ts'

/** Writes that are tried again when somebody else was faster. */
const TRIES_MAX = 20

/** The Pod whose subresource is asked for. Throws 404. */
export function parentPod(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  name = context.request.name,
): Readonly<Pod> {
  const stored = readObject(environment, resource, context.namespace, name)
  if (stored === undefined) throw notFound(resource.named, name)
  return stored.object as Pod
}

/** Changes the newest Pod, as often as others are faster; a dry run changes nothing. `change` throws what refuses it. */
export async function changePod(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  name: string,
  change: (pod: Pod) => void,
): Promise<void> {
  const { namespace } = context
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    const stored = readObject(environment, resource, namespace, name)
    if (stored === undefined) throw notFound(resource.named, name)
    const draft = cloneJson(stored.object) as Pod
    change(draft)
    resource.type.schema.complete(draft)
    if (context.dryRun) return
    if (
      (await commitChange(environment, resource, {
        operation: 'update',
        namespace,
        name,
        expect: stored.revision,
        object: draft,
        cause: context.cause,
      })) !== undefined
    )
      return
  }
  throw conflict(resource.named, name, OBJECT_MODIFIED)
}

/** The body of a subresource with a kind of its own (Binding, Eviction), decoded as that kind; an absent one is empty. Throws 400 with upstream's words. */
export function bodyOfKind(context: RequestContext, kind: GroupVersionKind): unknown {
  const { body } = context.request
  const type = builtinType(kind)
  const mode = validationMode(context)
  const { object, strictErrors } = body instanceof BodyText ? type.readText(body.text, mode) : type.schema.decode(body ?? {}, mode)
  for (const text of strictErrors) context.warn(text)
  return object
}
