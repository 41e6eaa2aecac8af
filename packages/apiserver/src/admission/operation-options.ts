import { deletionOptions } from '../registry/deletion-options.ts'
import type { AdmissionAttributes } from './admission.ts'

/** The options of an operation, as their kinds are called (CreateOptions, UpdateOptions, DeleteOptions); null of a connection. A patch is an update. */
export function operationOptions({ operation, context }: AdmissionAttributes): object | null {
  const { options, verb } = context.request
  const made = (kind: string, members: Readonly<Record<string, unknown>>): object => ({
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== '')),
  })
  const dryRun = (options.dryRun?.length ?? 0) > 0 ? options.dryRun : undefined
  const { fieldManager, fieldValidation } = options
  switch (operation) {
    case 'CONNECT':
      return null
    case 'DELETE':
      return made('DeleteOptions', verb === 'delete' || verb === 'deletecollection' ? { ...deletionOptions(context) } : {})
    case 'CREATE':
      return made('CreateOptions', { dryRun, fieldManager, fieldValidation })
    case 'UPDATE':
      return made('UpdateOptions', { dryRun, fieldManager, fieldValidation })
  }
}
