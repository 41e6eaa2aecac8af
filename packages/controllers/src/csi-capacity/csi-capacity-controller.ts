import {
  CSIDriver as DriverKind,
  CSINode as CsiNodeKind,
  CSIStorageCapacity as CapacityKind,
  Node as NodeKind,
  StorageClass as ClassKind,
} from '@kubetape/api/kinds'
import type { Node } from '@kubetape/api/types/core/v1'
import type { CSIDriver, CSINode, CSIStorageCapacity, StorageClass } from '@kubetape/api/types/storage/v1'
import { deepEqual, isAlreadyExists, isNotFound } from '@kubetape/apimachinery'
import { callDriver, type CsiDriverInfo, type CsiDrivers } from '@kubetape/csi'
import { type Controller, controllerFor, labelsChanged, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import { capacityObject, capacityQuestions, type CapacityQuestion, DRIVER_LABEL, MANAGER, MANAGER_LABEL, NAMESPACE } from './plan.ts'

/** external-provisioner's `--capacity-poll-interval`: what drivers have left changes without anybody saying so. */
const POLL_MS = 60_000
/** Nodes and classes come in numbers; a driver is asked once for all of them. */
const SETTLE_MS = 1_000
const BY_DRIVER = 'driver'

/**
 * Keeps CSIStorageCapacity objects with what connected CSI drivers have left, for those whose CSIDriver says `storageCapacity: true` and that can be
 * asked (GET_CAPACITY). Objects of a driver that is not connected now stay as they are.
 */
export function csiCapacityController({ drivers }: { readonly drivers: CsiDrivers }): Controller {
  return controllerFor(DriverKind)
    .named('csi-capacity')
    .watches(ClassKind, ({ object }) => [object.provisioner], { delayMs: () => SETTLE_MS })
    .watches(CsiNodeKind, ({ object, previous }) => [...driversOf(object), ...driversOf(previous)], {
      predicate: ({ object, previous }) => !deepEqual(object.spec.drivers, previous?.spec.drivers),
      delayMs: () => SETTLE_MS,
    })
    .watches(NodeKind, ({ object }, lookup) => driversOf(lookup<CSINode>(CsiNodeKind).get(object.metadata.name ?? '')), {
      predicate: (change) => labelsChanged(change),
      delayMs: () => SETTLE_MS,
    })
    .watches(CapacityKind, ({ type, object }) => (type === 'deleted' ? driverOf(object) : []), { delayMs: () => SETTLE_MS })
    .index(CapacityKind, BY_DRIVER, driverOf)
    .source('storage drivers', () => drivers.changes)
    .reconcile(({ name }, context) => reconcile(context, drivers, name))
}

const driversOf = (csiNode: Readonly<CSINode> | undefined): string[] => (csiNode?.spec.drivers ?? []).map(({ name }) => name)

/** The driver of an object that is ours. */
function driverOf({ metadata: { labels = {}, namespace } }: Readonly<CSIStorageCapacity>): string[] {
  const driver = labels[DRIVER_LABEL]
  return driver !== undefined && labels[MANAGER_LABEL] === MANAGER && namespace === NAMESPACE ? [driver] : []
}

async function reconcile(context: ReconcileContext, drivers: CsiDrivers, name: string): Promise<ReconcileResult | void> {
  const { lister, outside, client } = context
  const questions = capacityQuestions({
    driver: lister<CSIDriver>(DriverKind).get('', name),
    classes: lister<StorageClass>(ClassKind).list(),
    csiNodes: lister<CSINode>(CsiNodeKind).list(),
    nodes: lister<Node>(NodeKind).list(),
  })
  const wanted = new Set(questions.map((one) => one.name))
  for (const { metadata } of lister<CSIStorageCapacity>(CapacityKind).byIndex(BY_DRIVER, name)) {
    if (wanted.has(metadata.name ?? '')) continue
    await client.delete(CapacityKind, { namespace: NAMESPACE, name: metadata.name ?? '' }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error
    })
  }
  if (questions.length === 0) return
  const info = outside((): CsiDriverInfo | undefined => drivers.info(name))
  if (info?.controllerCapabilities.includes('GET_CAPACITY') !== true) return
  for (const question of questions) await ask(context, drivers, name, question)
  return { requeueAfterMs: POLL_MS }
}

async function ask(context: ReconcileContext, drivers: CsiDrivers, driver: string, question: CapacityQuestion): Promise<void> {
  const { request } = question
  const capacity = await callDriver(context, drivers, { driver, method: 'GetCapacity', body: request }, (one) => one.getCapacity(request))
  const object = capacityObject(driver, question, capacity)
  const known = context.lister<CSIStorageCapacity>(CapacityKind).get(NAMESPACE, question.name)
  if (known !== undefined) {
    const { maximumVolumeSize: _, ...rest } = known
    const { maximumVolumeSize } = object
    await context.patch(CapacityKind, known, {
      ...rest,
      capacity: object.capacity!,
      ...(maximumVolumeSize === undefined ? {} : { maximumVolumeSize }),
    })
    return
  }
  await context.client.create<CSIStorageCapacity>(CapacityKind, object).catch((error: unknown) => {
    // Made by a run before this one, and not seen yet: the next one brings it up to date.
    if (!isAlreadyExists(error)) throw error
  })
}
