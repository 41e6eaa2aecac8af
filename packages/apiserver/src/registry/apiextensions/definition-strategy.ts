import type { CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'
import { cloneJson, type KubeObject, setCondition } from '@kubetape/apimachinery'
import type { Draft, Strategy, StrategyContext, UpdateStrategy } from '../strategy.ts'
import { defaultDefinition } from './definition-defaults.ts'
import { validateAcceptedNames, validateDefinition, validateDefinitionUpdate } from './definition-validation.ts'

/** Holds a definition until its objects are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io'

const asDefinition = (draft: Readonly<KubeObject>): CustomResourceDefinition => draft as CustomResourceDefinition

/** The storage version is noted among those in which objects may be stored. */
function noteStorageVersion({ spec, status }: CustomResourceDefinition): void {
  const version = spec.versions?.find(({ storage }) => storage)?.name
  const stored = (status!.storedVersions ??= [])
  if (version !== undefined && !stored.includes(version)) stored.push(version)
}

function prepareForCreate(draft: Draft): void {
  const definition = asDefinition(draft)
  definition.status = {}
  noteStorageVersion(definition)
  completeStatus(definition)
}

function prepareForUpdate(draft: Draft, old: Readonly<KubeObject>): void {
  const definition = asDefinition(draft)
  definition.status = cloneJson(asDefinition(old).status ?? {})
  noteStorageVersion(definition)
}

/** Names that were not accepted yet are there, and empty. */
function completeStatus({ status }: CustomResourceDefinition): void {
  status!.acceptedNames ??= { plural: '', kind: '' }
}

/** A status write leaves all but the status and the finalizers alone: the server's own cleanup takes its finalizer off this way. */
const status: UpdateStrategy = {
  prepareForUpdate: (draft, old) => {
    draft['spec'] = cloneJson(old['spec'])
    const [metadata, before] = [draft.metadata!, old.metadata!]
    for (const field of ['labels', 'annotations', 'ownerReferences'] as const) {
      if (before[field] === undefined) delete metadata[field]
      else Object.assign(metadata, { [field]: cloneJson(before[field]) })
    }
  },
  validateUpdate: (draft) => validateAcceptedNames(asDefinition(draft)),
}

/** The deletion of a definition begins with its objects: they are deleted before it goes. */
function prepareForDelete(draft: Draft, { nowMs }: StrategyContext): void {
  const definition = asDefinition(draft)
  const { metadata } = definition
  metadata.finalizers = [...(metadata.finalizers ?? []).filter((one) => one !== CLEANUP_FINALIZER), CLEANUP_FINALIZER]
  // It waits for its objects, not for a time, and upstream does not count this as a new generation.
  delete metadata.deletionGracePeriodSeconds
  if (metadata.generation !== undefined) metadata.generation--
  definition.status = {
    ...definition.status,
    conditions: [
      ...setCondition(
        definition.status?.conditions,
        {
          type: 'Terminating',
          status: 'True',
          reason: 'InstanceDeletionPending',
          message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
        },
        nowMs,
      ),
    ],
  }
}

/** CustomResourceDefinitions (API reference, apiextensions.k8s.io/v1). What follows from them is the custom resource server's. */
export const definitionStrategy: Strategy = {
  default: (draft) => defaultDefinition(asDefinition(draft)),
  prepareForCreate,
  prepareForUpdate,
  validate: (draft) => validateDefinition(asDefinition(draft)),
  validateUpdate: (draft, old) => validateDefinitionUpdate(asDefinition(draft), asDefinition(old)),
  nameRule: 'path-segment',
  subresources: { status },
  generation: 'spec',
  prepareForDelete,
  // A deletion that has not begun adds the finalizer first.
  holdsDeletion: ({ metadata }) => metadata?.deletionTimestamp === undefined,
  returnsDeleted: true,
  tableRow: ({ metadata }) => [metadata?.name ?? '', metadata?.creationTimestamp ?? ''],
}
