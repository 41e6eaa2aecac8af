import { type Informer, KubeConfig, type KubernetesObject, type ListPromise, type ObjectCache } from '@kubernetes/client-node'
import { clientForKubeConfig } from '@kubetape/client'
import { type Clock, type Random, systemClock, systemRandom } from '@kubetape/determinism'
import { parseCollectionPath } from './collection-path.ts'
import { joinTape, type Shown } from './shared-tape.ts'
import { WrappedInformer } from './wrapped-informer.ts'

/** What @kubernetes/client-node has no word for. */
export interface InformerOptions {
  /** Records on this file: what the informer shows, and each call of a handler as a run. Default: what `KUBETAPE_TAPE` says; '' records nothing. */
  readonly tape?: string
  /** By what name the handlers' runs stand on the tape. Default: `<resource>-informer`. */
  readonly name?: string
  readonly clock?: Clock
  readonly random?: Random
}

/**
 * As `makeInformer` of @kubernetes/client-node 1.x and 2.x, with an informer behind it that goes on by itself: it asks for bookmarks, opens a
 * watch anew that is silent, resumes after lost connections with back-off, and lists anew after a 410 only. What handlers may rely on:
 *
 * - They are called as there: `add`, `update` and `delete` with the object as the API answered it, `change` for the three; `connect` when a
 *   list begins or a watch resumes; `error` when a request failed.
 * - After `error` the informer tries again by itself. The usual `setTimeout(() => informer.start(), 5000)` in its handler does no harm.
 * - What a handler throws, or its promise rejects with, is an unhandled rejection, as there.
 *
 * Requests are made with the credentials of `kubeconfig`, lists by `listPromiseFn`. On a tape, Secrets are recorded with pseudonyms in place
 * of what they hold. Requests that handlers make stand on it if they are made through `makeApiClient` of this package.
 *
 * @throws TypeError where `path` is not the path of a collection; KubeconfigError where there is no current cluster
 */
export function makeInformer<T extends KubernetesObject>(
  kubeconfig: KubeConfig,
  path: string,
  listPromiseFn: ListPromise<T>,
  labelSelector?: string,
  fieldSelector?: string,
  options: InformerOptions = {},
): Informer<T> & ObjectCache<T> {
  const { tape = process.env['KUBETAPE_TAPE'] ?? '', clock = systemClock(), random = systemRandom() } = options
  const collection = parseCollectionPath(path)
  const client = clientForKubeConfig({ KubeConfig }, kubeconfig, { clock })
  const source = { server: kubeconfig.getCurrentCluster()?.server ?? '' }
  return new WrappedInformer<T>({
    client,
    collection,
    list: listPromiseFn,
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    name: options.name ?? `${collection.kind.resource}-informer`,
    clock,
    random,
    ...(tape === '' ? {} : { join: (shown: Shown) => joinTape(tape, shown, { clock, random, source }) }),
  })
}
