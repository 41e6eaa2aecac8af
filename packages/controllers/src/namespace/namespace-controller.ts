import type { CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'
import type { Namespace } from '@kubetape/api/types/core/v1'
import { CustomResourceDefinition as DefinitionKind, Namespace as NamespaceKind } from '@kubetape/api/kinds'
import { isNotFound, isStatusError, type Kind } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import {
  type Controller,
  controllerFor,
  defaultControllerRateLimiter,
  type ReconcileContext,
  type ReconcileResult,
} from '@kubetape/runtime'
import { contentKinds, type ResourceContent } from './namespace-content.ts'
import { failureText, plan } from './plan.ts'

export interface NamespaceControllerOptions {
  /** Built-in kinds that can be listed and deleted; those that are not namespaced are passed over. Custom resources are found by their definitions. */
  readonly resources: readonly Kind[]
}

/** Namespaces emptied at the same time (kube-controller-manager's --concurrent-namespace-syncs). */
const CONCURRENT_NAMESPACES = 10

/** A namespace that cannot be emptied is looked at again within a minute at the latest (v1.31's namespace controller). */
const RETRY_MAX_MS = 60_000

/** Kept between the runs of one namespace. */
interface Carried {
  readonly uid: string
  readonly looks: number
  /** The resources that had something left: nothing can be added to the others. */
  readonly left: readonly string[]
}

/** Empties namespaces that are terminating, says in their status what is left, and lets them go (kube-controller-manager's namespace-controller). */
export function namespaceController({ resources }: NamespaceControllerOptions): Controller {
  return controllerFor<Namespace>(NamespaceKind, { predicate: ({ object }) => object.metadata.deletionTimestamp !== undefined })
    .named('namespace')
    .with({
      concurrencyMax: CONCURRENT_NAMESPACES,
      rateLimiter: (options) => defaultControllerRateLimiter({ ...options, maxMs: RETRY_MAX_MS }),
    })
    .reads<CustomResourceDefinition>(DefinitionKind)
    .reconcile(({ name }, context) => reconcile(name, resources, context))
}

async function reconcile(name: string, resources: readonly Kind[], context: ReconcileContext): Promise<ReconcileResult> {
  const namespace = context.lister<Namespace>(NamespaceKind).get('', name)
  if (namespace === undefined || namespace.metadata.deletionTimestamp === undefined || (namespace.spec?.finalizers ?? []).length === 0) {
    context.carry(undefined)
    return {}
  }
  const uid = namespace.metadata.uid ?? ''
  const known = context.carried as Carried | undefined
  const carried = known?.uid === uid ? known : undefined
  // What is served is configuration and not on the tape by itself.
  const served = context.outside(() =>
    resources.map(({ group, version, kind, resource, namespaced }) => ({ group, version, kind, resource, namespaced })),
  )
  const kinds = contentKinds(served, context.lister<CustomResourceDefinition>(DefinitionKind).list())
  const contents = await leftIn(name, kinds, carried?.left, context.client)
  const looks = carried?.looks ?? 0
  const { status, finalize, requeueAfterMs } = plan(namespace, contents, looks, context.nowMs())
  context.carry({ uid, looks: looks + 1, left: contents.filter(hasContent).map(({ kind }) => resourceId(kind)) } satisfies Carried)
  if (status !== undefined || finalize !== undefined) await write(status, finalize, context.client)
  return requeueAfterMs === undefined ? {} : { requeueAfterMs }
}

const resourceId = ({ group, resource }: Kind): string => `${group}/${resource}`
const hasContent = ({ remaining, failure }: ResourceContent): boolean => remaining.length > 0 || failure !== undefined

/** What is left, looked for first where there was something before; only when that is gone, everywhere. */
async function leftIn(
  namespace: string,
  kinds: readonly Kind[],
  before: readonly string[] | undefined,
  client: Client,
): Promise<ResourceContent[]> {
  if (before !== undefined && before.length > 0) {
    const contents = await emptied(
      namespace,
      kinds.filter((kind) => before.includes(resourceId(kind))),
      client,
    )
    if (contents.some(hasContent)) return contents
  }
  return emptied(namespace, kinds, client)
}

async function write(status: Namespace | undefined, finalize: Namespace | undefined, client: Client): Promise<void> {
  try {
    const written = status === undefined ? undefined : await client.update<Namespace>(NamespaceKind, status, { subresource: 'status' })
    if (finalize === undefined) return
    const resourceVersion = (written ?? finalize).metadata.resourceVersion
    await client.update<Namespace>(
      NamespaceKind,
      { ...finalize, metadata: { ...finalize.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) } },
      { subresource: 'finalize' },
    )
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

/** Asks everything in the namespace to go and answers what is left. All resources are looked at together, then deleted together, so that a replay sends the same requests. */
async function emptied(namespace: string, kinds: readonly Kind[], client: Client): Promise<ResourceContent[]> {
  const before = await Promise.all(kinds.map((kind) => look(namespace, kind, client)))
  const failures = await Promise.all(before.map((content) => clearUnlessGoing(namespace, content, client)))
  return Promise.all(
    before.map(async (content, at) => {
      if (content.remaining.length === 0) return content
      const after = await look(namespace, content.kind, client)
      const failure = failures[at]
      return failure === undefined ? after : { ...after, failure }
    }),
  )
}

async function clearUnlessGoing(namespace: string, { kind, remaining }: ResourceContent, client: Client): Promise<string | undefined> {
  return remaining.some(({ metadata }) => metadata?.deletionTimestamp === undefined) ? clear(namespace, kind, client) : undefined
}

async function look(namespace: string, kind: Kind, client: Client): Promise<ResourceContent> {
  try {
    const { items } = await client.list(kind, { namespace })
    return { kind, remaining: items, failure: undefined }
  } catch (error) {
    // A resource that is no longer served has no content that could be reached.
    if (isNotFound(error) || isStatusError(error, 'MethodNotAllowed')) return { kind, remaining: [], failure: undefined }
    return { kind, remaining: [], failure: failureText(kind, error) }
  }
}

async function clear(namespace: string, kind: Kind, client: Client): Promise<string | undefined> {
  try {
    await client.deleteCollection(kind, { namespace, propagationPolicy: 'Background' })
    return undefined
  } catch (error) {
    return isNotFound(error) ? undefined : failureText(kind, error)
  }
}
