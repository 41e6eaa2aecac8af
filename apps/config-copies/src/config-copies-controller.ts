import { ConfigMap } from '@kubetape/api/kinds'
import { type KubeObject, objectKey } from '@kubetape/apimachinery'
import { type Controller, controllerFor, inCluster } from '@kubetape/runtime'

/** A ConfigMap labelled so with `true` is copied. */
export const COPY = 'example.kubetape.dev/copy'
/** Copies are labelled so with `true`. */
export const COPIED = 'example.kubetape.dev/copied'

/** ConfigMaps of the other cluster. */
export const EastConfigMap = inCluster('east', ConfigMap)

const has = (label: string, object: KubeObject | undefined): boolean =>
  object?.metadata?.labels?.[label] === 'true' && object.metadata.deletionTimestamp === undefined

/** Keeps a copy in the cluster `east` of each ConfigMap that asks for one. */
export const configCopies: Controller = controllerFor(ConfigMap)
  .named('config-copies')
  .watches(EastConfigMap, ({ object, previous }) => (has(COPIED, object) || has(COPIED, previous) ? [objectKey(object)] : []))
  .reconcile(async ({ namespace, name }, { lister, client, apply, event }) => {
    const source = lister(ConfigMap).get(namespace, name)
    const copy = lister(EastConfigMap).get(namespace, name)
    if (source === undefined || !has(COPY, source)) {
      if (!has(COPIED, copy)) return
      await client.delete(EastConfigMap, { namespace, name }, { preconditions: { uid: copy!.metadata.uid! } })
      return
    }
    if (copy !== undefined && !has(COPIED, copy)) {
      event(source, 'Warning', 'NameTaken', `The cluster "east" has another ConfigMap ${name}`, { action: 'Copy' })
      return
    }
    const written = await apply(EastConfigMap, { metadata: { namespace, name, labels: { [COPIED]: 'true' } }, data: source.data ?? {} })
    if (written.metadata.resourceVersion !== copy?.metadata.resourceVersion)
      event(source, 'Normal', 'Copied', 'Copied to the cluster "east"', { action: 'Copy' })
  })
