import type { StorageVersionMigration } from '@kubetape/api/types/storagemigration/v1alpha1'
import { cloneJson, type FieldError, FieldPath, required } from '@kubetape/apimachinery'
import { immutable } from '../batch/field-rules.ts'
import type { Strategy } from '../strategy.ts'

const RESOURCE = FieldPath.of('spec').child('resource')

function validate({ spec }: StorageVersionMigration): FieldError[] {
  const { resource, version } = spec?.resource ?? {}
  const errors: FieldError[] = []
  if (!resource) errors.push(required(RESOURCE.child('resource'), 'resource is required'))
  if (!version) errors.push(required(RESOURCE.child('version'), 'version is required'))
  return errors
}

/** StorageVersionMigrations (API reference, storagemigration.k8s.io/v1alpha1; KEP-4192): what is to be migrated never changes. */
export const storageVersionMigrationStrategy: Strategy = {
  generation: 'none',
  prepareForCreate: (draft) => {
    draft['status'] = {}
  },
  prepareForUpdate: (draft, old) => {
    draft['status'] = cloneJson(old['status'])
  },
  validate: (draft) => validate(draft as StorageVersionMigration),
  validateUpdate: (draft, old) => [
    ...validate(draft as StorageVersionMigration),
    ...immutable(RESOURCE, (draft as StorageVersionMigration).spec?.resource, (old as StorageVersionMigration).spec?.resource),
  ],
  tableRow: (object) => {
    const { metadata, spec } = object as Readonly<StorageVersionMigration>
    const { resource = '', version, group } = spec?.resource ?? {}
    return [metadata.name ?? '', [resource, version, group].filter(Boolean).join('.')]
  },
}
