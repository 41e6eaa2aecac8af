/** A query parameter of an operation, as both OpenAPI versions describe it. */
export interface QueryParameter {
  readonly name: string
  readonly type: 'boolean' | 'integer' | 'string'
}

const parameters = (names: Readonly<Record<string, QueryParameter['type']>>): readonly QueryParameter[] =>
  Object.entries(names).map(([name, type]) => ({ name, type }))

/** Of lists and watches (API concepts). */
export const LIST_PARAMETERS = parameters({
  allowWatchBookmarks: 'boolean',
  continue: 'string',
  fieldSelector: 'string',
  labelSelector: 'string',
  limit: 'integer',
  resourceVersion: 'string',
  resourceVersionMatch: 'string',
  sendInitialEvents: 'boolean',
  timeoutSeconds: 'integer',
  watch: 'boolean',
})
/** Of creations and updates; kubectl looks for these to know what the server can do. */
export const WRITE_PARAMETERS = parameters({ dryRun: 'string', fieldManager: 'string', fieldValidation: 'string' })
export const PATCH_PARAMETERS = [...WRITE_PARAMETERS, ...parameters({ force: 'boolean' })]
export const DELETE_PARAMETERS = parameters({
  dryRun: 'string',
  gracePeriodSeconds: 'integer',
  orphanDependents: 'boolean',
  propagationPolicy: 'string',
})
/** A deletion of many takes the parameters of the list too, but does not watch. */
export const DELETE_COLLECTION_PARAMETERS = [
  ...LIST_PARAMETERS.filter(({ name }) => name !== 'allowWatchBookmarks' && name !== 'watch'),
  ...DELETE_PARAMETERS,
]
/** Of every operation. */
export const PRETTY_PARAMETER: QueryParameter = { name: 'pretty', type: 'string' }
/** Of reading a container's log. */
export const LOG_PARAMETERS = parameters({
  container: 'string',
  follow: 'boolean',
  insecureSkipTLSVerifyBackend: 'boolean',
  limitBytes: 'integer',
  previous: 'boolean',
  sinceSeconds: 'integer',
  tailLines: 'integer',
  timestamps: 'boolean',
})
