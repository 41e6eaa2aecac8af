import type { ServiceAccount } from '@kubetape/api/types/core/v1'
import type { Draft, Strategy } from '../../strategy.ts'
import { ageCell } from '../../table-cells.ts'

/** Secrets are referred to by their names alone. */
function cleanSecretReferences(draft: Draft): void {
  const account = draft as ServiceAccount
  if (account.secrets === undefined) return
  account.secrets = account.secrets.map(({ name }) => (name === undefined ? {} : { name }))
}

/** Service accounts (API reference, v1 ServiceAccount). */
export const serviceAccountStrategy: Strategy = {
  metadataOnUpdate: 'whole',
  prepareForCreate: cleanSecretReferences,
  prepareForUpdate: cleanSecretReferences,
  generation: 'none',
  returnsDeleted: true,
  tableRow: (object, nowMs) => [
    object.metadata?.name ?? '',
    (object as Readonly<ServiceAccount>).secrets?.length ?? 0,
    ageCell(object.metadata?.creationTimestamp, nowMs),
  ],
}
