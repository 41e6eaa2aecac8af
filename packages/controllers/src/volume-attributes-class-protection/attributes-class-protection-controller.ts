import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind, VolumeAttributesClass as ClassKind } from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import type { VolumeAttributesClass } from '@kubetape/api/types/storage/v1beta1'
import type { Kind, KubeObject } from '@kubetape/apimachinery'
import type { IndexFunctions, StoreChange } from '@kubetape/informers'
import { type Controller, controllerFor, type KindLookup, type ReconcileContext } from '@kubetape/runtime'
import { addFinalizer, removeFinalizer } from '../volume-protection/finalizer-writes.ts'
import { classesOfClaim, classesOfVolume, plan, PROTECTION_FINALIZER } from './plan.ts'

/** The index that finds the claims and volumes that name a class. */
const BY_NAMED_CLASS = 'named-attributes-class'

/**
 * Keeps VolumeAttributesClasses that are being deleted until nothing names them (the volumeattributesclass-protection-controller that
 * kube-controller-manager has since v1.32). v1.31 has none, so it runs only where it is asked for.
 */
export function attributesClassProtectionController(): Controller {
  const whatFor = <T extends KubeObject>(classesOf: (object: T) => string[]) => ({
    index: classesOf as unknown as IndexFunctions<KubeObject>[string],
    // Only what does not name a class any more can let it go.
    map: ({ type, object, previous }: StoreChange<T>, lookup: KindLookup): string[] => {
      const kept = type === 'deleted' ? [] : classesOf(object)
      const before = type === 'deleted' ? classesOf(object) : previous === undefined ? [] : classesOf(previous)
      return before.filter((name) => !kept.includes(name) && lookup(ClassKind).get(name)?.metadata.deletionTimestamp !== undefined)
    },
  })
  const claims = whatFor<PersistentVolumeClaim>(classesOfClaim)
  const volumes = whatFor<PersistentVolume>(classesOfVolume)
  return controllerFor<VolumeAttributesClass>(ClassKind)
    .named('volumeattributesclass-protection-controller')
    .watches<PersistentVolumeClaim>(ClaimKind, claims.map)
    .watches<PersistentVolume>(VolumeKind, volumes.map)
    .index(ClaimKind, BY_NAMED_CLASS, claims.index)
    .index(VolumeKind, BY_NAMED_CLASS, volumes.index)
    .reconcile(({ name }, context) => protect(name, context))
}

async function protect(name: string, { client, lister }: ReconcileContext): Promise<void> {
  const one = lister<VolumeAttributesClass>(ClassKind).get('', name)
  if (one === undefined) return
  const isNamed = [ClaimKind, VolumeKind].some((kind: Kind) => lister(kind).byIndex(BY_NAMED_CLASS, name).length > 0)
  const next = plan(one, isNamed)
  if (next === 'protect') await addFinalizer(client, ClassKind, one, PROTECTION_FINALIZER)
  if (next !== 'release') return
  // The informers of claims and volumes may be behind that of classes: a claim that is not in sight yet would lose its class.
  const { items: claims } = await client.list<PersistentVolumeClaim>(ClaimKind)
  const { items: volumes } = await client.list<PersistentVolume>(VolumeKind)
  const isNamedNow =
    claims.some((claim) => classesOfClaim(claim).includes(name)) || volumes.some((volume) => classesOfVolume(volume).includes(name))
  if (!isNamedNow) await removeFinalizer(client, ClassKind, one, PROTECTION_FINALIZER)
}
