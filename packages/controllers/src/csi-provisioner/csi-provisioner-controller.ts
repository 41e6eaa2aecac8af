import {
  CSINode as CsiNodeKind,
  Node as NodeKind,
  PersistentVolumeClaim as ClaimKind,
  StorageClass as ClassKind,
} from '@kubetape/api/kinds'
import type { PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { CSINode } from '@kubetape/api/types/storage/v1'
import type { CsiDrivers } from '@kubetape/csi'
import { type Controller, controllerFor, exponentialRateLimiter } from '@kubetape/runtime'
import { defer, map, of } from 'rxjs'
import { BY_DRIVER, BY_SOURCE, claimKeys, driverOf, pendingSourceOf } from './claim-keys.ts'
import { InterruptedVolumes } from './interrupted-volumes.ts'
import { OpenIntents } from './open-intents.ts'
import type { ProvisionerSettings } from './plan.ts'
import { BY_NODE_DRIVER, provisionClaim } from './provision-claim.ts'
import type { VolumeIntent } from './volume-intent.ts'

export interface CsiProvisionerOptions extends ProvisionerSettings {
  /** Which drivers are connected. */
  readonly drivers: CsiDrivers
  /**
   * Reads, at every start, what an earlier life of this controller asked of drivers without coming to an end: the bodies of its calls of CreateVolume that
   * neither an error that is final nor a PersistentVolume settled. Default: nothing is known of an earlier life.
   */
  readonly interrupted?: () => readonly VolumeIntent[]
}

/** The sidecar's --worker-threads. */
export const CONCURRENT_VOLUMES = 100
/** The sidecar's --retry-interval-start and --retry-interval-max. */
const RETRY = { baseMs: 1000, maxMs: 300_000 }

/** Back-off of claims and volumes alike: for ever, since storage is at stake. */
export const volumeRateLimiter = (): ReturnType<typeof exponentialRateLimiter<string>> => exponentialRateLimiter<string>(RETRY)

/**
 * Provisions volumes for claims whose class belongs to a CSI driver that is connected (external-provisioner v5.1, as one controller for all drivers). Does
 * nothing for other claims. An operation that a crash, or an error that is not final, left in the dark is carried through at any price, also after its
 * claim was deleted, so that no driver keeps a volume that nobody knows of.
 */
export function csiProvisionerController({ drivers, interrupted = () => [], ...settings }: CsiProvisionerOptions): Controller {
  const earlier = new InterruptedVolumes(interrupted)
  return controllerFor<PersistentVolumeClaim>(ClaimKind, { predicate: () => false })
    .named('csi-provisioner')
    .with({ concurrencyMax: CONCURRENT_VOLUMES, rateLimiter: volumeRateLimiter })
    .watches<PersistentVolumeClaim>(ClaimKind, claimKeys)
    .index<PersistentVolumeClaim>(ClaimKind, BY_DRIVER, driverOf)
    .index<PersistentVolumeClaim>(ClaimKind, BY_SOURCE, pendingSourceOf)
    .reads(ClassKind)
    .reads(NodeKind)
    .reads(CsiNodeKind)
    .index<CSINode>(CsiNodeKind, BY_NODE_DRIVER, ({ spec }) => (spec.drivers ?? []).map(({ name }) => name))
    .source('interrupted operations', () => defer(() => of(earlier.refresh())))
    .source('storage drivers', ({ lookup }) =>
      drivers.changes.pipe(
        map((name) =>
          lookup<PersistentVolumeClaim>(ClaimKind)
            .byIndex(BY_DRIVER, name)
            .map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`),
        ),
      ),
    )
    .reconcile((request, context) => {
      const intents = new OpenIntents(
        context,
        context.outside(() => earlier.take(request.key)),
      )
      return provisionClaim({ context, drivers, intents }, settings, request)
    })
}
