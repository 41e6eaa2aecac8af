import type { Gates } from '@kubetape/client-go-features'
import type { PersistentVolumeClaimSpec } from '@kubetape/api/types/core/v1'

type Spec = PersistentVolumeClaimSpec

/** Drops what a claim is filled from where a gate does not allow it and the stored claim does not have it. */
export function dropDisabledSources(spec: Spec, old: Readonly<Spec> | undefined, gates: Gates): void {
  if (old?.dataSourceRef) return
  const isElsewhere = Boolean(spec.dataSourceRef?.namespace)
  if (!gates.enabled('AnyVolumeDataSource') || (isElsewhere && !gates.enabled('CrossNamespaceVolumeDataSource'))) delete spec.dataSourceRef
}

/**
 * Makes the old and the new field for the source say the same (KEP-1495). The old one knew claims and snapshots only and dropped everything else
 * silently; it still does, unless the stored claim has a source. A source in another namespace is said by the new field alone (KEP-3294).
 */
export function alignSources(spec: Spec, old: Readonly<Spec> | undefined, gates: Gates): void {
  if (!old?.dataSource && !old?.dataSourceRef && !isClassicSource(spec.dataSource)) delete spec.dataSource
  if (!gates.enabled('AnyVolumeDataSource')) return
  const { dataSource, dataSourceRef } = spec
  if (dataSource && !dataSourceRef) spec.dataSourceRef = { ...dataSource }
  else if (dataSourceRef && !dataSource && !dataSourceRef.namespace) {
    const { namespace: _none, ...source } = dataSourceRef
    spec.dataSource = source
  }
}

function isClassicSource(source: Spec['dataSource']): boolean {
  const group = source?.apiGroup || ''
  return (
    (source?.kind === 'PersistentVolumeClaim' && group === '') || (source?.kind === 'VolumeSnapshot' && group === 'snapshot.storage.k8s.io')
  )
}
