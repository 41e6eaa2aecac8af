import type { Kind, KubeObject } from '@kubetape/apimachinery'
import { notFound, StatusError } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import { seededRandom } from '@kubetape/determinism'
import { createStore, type StoreChange } from '@kubetape/informers'
import type { Controller, ReconcileContext, ReconcileResult } from '@kubetape/runtime'

/** What one run asked for and answered. */
export interface OneRun {
  /** `verb resource/subresource name`, with the body or the delete options. */
  readonly requests: readonly { readonly what: string; readonly body: unknown }[]
  readonly result: ReconcileResult
  /** `name reason message` */
  readonly events: readonly string[]
  readonly carried: unknown
}

/** Objects that informers show, by resource. */
export type Shown = Readonly<Record<string, readonly KubeObject[]>>

/** Runs a controller once on what informers show; every request is recorded and succeeds, except for what `refuse` throws. */
export async function runOnce(
  controller: Controller,
  key: string,
  shown: Shown,
  options: { carried?: unknown; nowMs?: number; refuse?: (what: string) => void } = {},
): Promise<OneRun> {
  const requests: { what: string; body: unknown }[] = []
  const events: string[] = []
  let carried: unknown = options.carried
  const send = (verb: string, kind: Kind, name: string, body: unknown, subresource?: string): KubeObject => {
    const what = `${verb} ${kind.resource}${subresource ? `/${subresource}` : ''} ${name}`
    requests.push({ what, body })
    options.refuse?.(what)
    if (subresource === 'binding') throw new StatusError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
    return { ...(body as KubeObject), metadata: { ...(body as KubeObject).metadata, uid: `uid-of-${name}` } }
  }
  const client = {
    create: async (kind: Kind, object: KubeObject, { subresource }: { subresource?: string } = {}) =>
      send('create', kind, object.metadata?.name ?? '', object, subresource),
    update: async (kind: Kind, object: KubeObject) => send('update', kind, object.metadata?.name ?? '', object),
    patch: async (kind: Kind, { name }: { name: string }, { body }: { body: unknown }, { subresource }: { subresource?: string } = {}) =>
      send('patch', kind, name, body, subresource),
    delete: async (kind: Kind, { name }: { name: string }, body: unknown) => send('delete', kind, name, body),
    get: async (kind: Kind, { name }: { name: string }) => {
      throw notFound(kind, name)
    },
  } as unknown as Client
  const context: ReconcileContext = {
    client,
    lister: (kind) => {
      const { store, writer } = createStore<KubeObject>([...controller.indexes].find(([one]) => one.resource === kind.resource)?.[1] ?? {})
      writer.replace([...(shown[kind.resource] ?? [])], '1')
      return {
        get: (namespace: string, name: string) => store.get(namespace ? `${namespace}/${name}` : name),
        list: (namespace?: string) => store.list(namespace),
        byIndex: (index: string, value: string) => store.byIndex(index, value),
        hasListed: () => true,
      } as never
    },
    apply: (kind, object) => client.patch(kind, { name: object.metadata?.name ?? '' }, { type: 'apply', body: object }),
    patch: async () => undefined,
    nowMs: () => options.nowMs ?? 0,
    random: seededRandom(1),
    gates: { enabled: () => false },
    outside: (read) => read(),
    call: (_call, perform) => perform(),
    carried: options.carried,
    carry: (state) => {
      carried = state
    },
    event: ({ metadata }, _type, reason, message) => void events.push(`${metadata?.name} ${reason} ${message}`),
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  }
  const at = key.indexOf('/')
  const result = (await controller.reconcile({ key, namespace: at < 0 ? '' : key.slice(0, at), name: key.slice(at + 1) }, context)) ?? {}
  return { requests, result, events, carried }
}

/** The keys that a change of an object of this kind leads to. */
export function keysFor(
  controller: Controller,
  kind: Kind,
  object: KubeObject,
  previous?: KubeObject,
  type: StoreChange<KubeObject>['type'] = previous === undefined ? 'added' : 'updated',
): string[] {
  const change = { type, object, previous, initial: false }
  return controller.watches
    .filter((watch) => watch.kind.resource === kind.resource)
    .flatMap((watch) => [...watch.map(change, () => ({ get: () => undefined, list: () => [], byIndex: () => [] }))])
}
