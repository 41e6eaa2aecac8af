import type { Metrics } from '@kubetape/component-base'
import type { Registry } from '../registry/registry.ts'

/** How many objects there are of each resource; read when metrics are, and following what is served. The answer ends that. */
export function addStorageMetrics(metrics: Metrics, registry: Registry): () => void {
  const objects = metrics.gauge({
    name: 'apiserver_storage_objects',
    help: 'Objects of each resource that are stored.',
    labelNames: ['resource'],
  })
  const known = new Set<string>()
  const follow = (): void => {
    for (const { stored } of registry.resources()) {
      const resource = stored.group === '' ? stored.resource : `${stored.resource}.${stored.group}`
      if (known.has(resource)) continue
      known.add(resource)
      objects.read({ resource }, () => registry.environment.storage.count(stored))
    }
  }
  follow()
  return registry.onChange(follow)
}
