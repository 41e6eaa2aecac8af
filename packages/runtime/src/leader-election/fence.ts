import type { Kind, KubeObject } from '@kubetape/apimachinery'
import { type Client, RequestFailed } from '@kubetape/client'

/** Says whether this process may act now. Asked before every run and before every write, so that a process that was paused notices first. */
export interface Fence {
  isLeader(): boolean
  /** Aborts when this process may never act again. */
  readonly signal: AbortSignal
}

/** A write that was not sent or not waited for, because this process does not lead. Retryable by whoever leads, after reading again. */
export class NotLeading extends RequestFailed {
  constructor(verb: string, resource: string) {
    super(`Cannot ${verb} ${resource}: this process does not lead`)
    this.name = 'NotLeading'
  }
}

/**
 * A client that reads at any time and writes only while the fence is open. Writes under way when it closes for good are given up with NotLeading,
 * and their signals aborted: one that the network still holds may take effect later, which the time between renew deadline and lease duration is for.
 */
export function fencedClient(client: Client, fence: Fence): Client {
  const guarded = async <A>(
    verb: string,
    kind: Kind,
    options: { signal?: AbortSignal },
    send: (options: object) => Promise<A>,
  ): Promise<A> => {
    if (!fence.isLeader()) throw new NotLeading(verb, kind.resource)
    const signal = options.signal === undefined ? fence.signal : AbortSignal.any([options.signal, fence.signal])
    return unlessAborted(fence.signal, send({ ...options, signal }), () => new NotLeading(verb, kind.resource))
  }
  const plain = <T extends KubeObject>(kind: Kind<T>): Kind => kind
  return {
    get: (kind, name, options) => client.get(kind, name, options),
    list: (kind, options) => client.list(kind, options),
    watch: (kind, options) => client.watch(kind, options),
    create: (kind, object, options = {}) => guarded('create', plain(kind), options, (more) => client.create(kind, object, more)),
    update: (kind, object, options = {}) => guarded('update', plain(kind), options, (more) => client.update(kind, object, more)),
    patch: (kind, name, patch, options = {}) => guarded('patch', plain(kind), options, (more) => client.patch(kind, name, patch, more)),
    delete: (kind, name, options = {}) => guarded('delete', plain(kind), options, (more) => client.delete(kind, name, more)),
    deleteCollection: (kind, options = {}) =>
      guarded('deletecollection', plain(kind), options, (more) => client.deleteCollection(kind, more)),
  }
}

/** Rejects when the signal aborts first: not every client heeds signals. */
function unlessAborted<A>(signal: AbortSignal, sent: Promise<A>, error: () => Error): Promise<A> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(error())
    signal.addEventListener('abort', onAbort, { once: true })
    sent.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
