import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { Quantity, quantityOf } from '@kubetape/apimachinery'
import { type Evaluator, objectCountName } from './evaluator.ts'

const CLAIMS = { group: '', resource: 'persistentvolumeclaims' } as const
const COUNT = objectCountName(CLAIMS)
const STORAGE = 'requests.storage'
const OF_CLASS = '.storageclass.storage.k8s.io/'
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

/** Counts claims and the storage that they ask for, of all classes and of each. */
export const claimEvaluator: Evaluator = {
  resource: CLAIMS,
  chargesUpdates: true,
  counts: (name) => name === COUNT || [CLAIMS.resource, STORAGE].some((counted) => name === counted || name.endsWith(OF_CLASS + counted)),
  matchesScope: () => false,
  usage: (object) => {
    const claim = object as unknown as Readonly<PersistentVolumeClaim>
    const usage = new Map([
      [CLAIMS.resource, Quantity.of(1)],
      [COUNT, Quantity.of(1)],
    ])
    const className = claim.metadata.annotations?.[CLASS_ANNOTATION] ?? claim.spec?.storageClassName ?? ''
    if (className !== '') usage.set(className + OF_CLASS + CLAIMS.resource, Quantity.of(1))
    const storage = storageOf(claim)
    if (storage === undefined) return usage
    usage.set(STORAGE, storage)
    if (className !== '') usage.set(className + OF_CLASS + STORAGE, storage)
    return usage
  },
}

/** Whole bytes: what is asked for, or what an expansion has allocated already where that is more. */
function storageOf({ spec, status }: Readonly<PersistentVolumeClaim>): Quantity | undefined {
  const asked = spec?.resources?.requests?.['storage']
  if (asked === undefined) return undefined
  const request = quantityOf(asked).roundUp(0)
  const allocated = status?.allocatedResources?.['storage']
  const other = allocated === undefined ? undefined : quantityOf(allocated)
  return other !== undefined && other.compare(request) > 0 ? other.roundUp(0) : request
}
