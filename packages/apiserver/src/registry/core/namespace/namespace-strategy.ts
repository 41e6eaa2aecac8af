import type { Namespace } from '@kubetape/api/types/core/v1'
import { cloneJson, type FieldError, FieldPath, invalid, type KubeObject } from '@kubetape/apimachinery'
import type { Draft, Strategy, UpdateStrategy } from '../../strategy.ts'
import { ageCell } from '../../table-cells.ts'
import { finalizerErrors, KUBERNETES_FINALIZER } from './namespace-finalizers.ts'

/** The label that every namespace has with its own name (KEP-2161). */
const NAME_LABEL = 'kubernetes.io/metadata.name'
const FINALIZERS = FieldPath.of('spec').child('finalizers')
/** Upstream spells this path with a capital letter. */
const PHASE = FieldPath.of('status').child('Phase')

function labelWithName(draft: Draft): void {
  const metadata = (draft.metadata ??= {})
  if (metadata.name) metadata.labels = { ...metadata.labels, [NAME_LABEL]: metadata.name }
}

function prepareForCreate(draft: Draft): void {
  const namespace = draft as Namespace
  namespace.status = { phase: 'Active' }
  const finalizers = namespace.spec?.finalizers ?? []
  namespace.spec = {
    ...namespace.spec,
    finalizers: finalizers.includes(KUBERNETES_FINALIZER) ? finalizers : [...finalizers, KUBERNETES_FINALIZER],
  }
  // A generated name is not known before.
  labelWithName(draft)
}

/** Neither the finalizers nor the status change with the rest of the namespace: each has a subresource. */
function prepareForUpdate(draft: Draft, old: Readonly<KubeObject>): void {
  draft['spec'] = cloneJson(old['spec'])
  draft['status'] = cloneJson(old['status'])
}

const status: UpdateStrategy = {
  prepareForUpdate: (draft, old) => {
    draft['spec'] = cloneJson(old['spec'])
  },
  validateUpdate: (draft) => {
    const phase = (draft as Namespace).status?.phase ?? ''
    const terminating = draft.metadata?.deletionTimestamp !== undefined
    const allowed = terminating ? 'Terminating' : 'Active'
    return phase === allowed
      ? []
      : [invalid(PHASE, phase, `may only be '${allowed}' if \`deletionTimestamp\` is ${terminating ? 'not ' : ''}empty`)]
  },
}

const finalize: UpdateStrategy = {
  prepareForUpdate: (draft, old) => {
    draft['status'] = cloneJson(old['status'])
  },
  validateUpdate: (draft) => finalizersOf(draft).flatMap((name, i) => finalizerErrors(name, FINALIZERS.index(i))),
}

const finalizersOf = (object: Readonly<KubeObject>): readonly string[] => (object as Readonly<Namespace>).spec?.finalizers ?? []

/** Errors of a new namespace name the list, not the element. */
const validate = (draft: Draft): FieldError[] => finalizersOf(draft).flatMap((name) => finalizerErrors(name, FINALIZERS))

/**
 * Namespaces (API reference, v1 Namespace). Deletion begins with the phase Terminating and ends when `spec.finalizers` is empty, which the
 * namespace controller sees to once nothing is left in the namespace.
 */
export const namespaceStrategy: Strategy = {
  default: labelWithName,
  prepareForCreate,
  prepareForUpdate,
  validate,
  subresources: { status, finalize },
  generation: 'none',
  nameRule: 'label',
  prepareForDelete: (draft) => {
    const namespace = draft as Namespace
    namespace.status = { ...namespace.status, phase: 'Terminating' }
    // A namespace waits for its content, not for a time.
    delete namespace.metadata.deletionGracePeriodSeconds
  },
  holdsDeletion: (object) => finalizersOf(object).length > 0,
  selectableFields: (object) => ({ 'status.phase': (object as Readonly<Namespace>).status?.phase ?? '' }),
  tableRow: (object, nowMs) => [
    object.metadata?.name ?? '',
    (object as Readonly<Namespace>).status?.phase ?? '',
    ageCell(object.metadata?.creationTimestamp, nowMs),
  ],
}
