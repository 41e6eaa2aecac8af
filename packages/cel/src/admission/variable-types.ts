import type { CelField, CelType } from '../cel-type.ts'

const STRING: CelType = { kind: 'string' }
const INT: CelType = { kind: 'int' }
const TIMESTAMP: CelType = { kind: 'timestamp' }
const DYN: CelType = { kind: 'dyn' }
const STRINGS: CelType = { kind: 'list', items: STRING }
const STRING_MAP: CelType = { kind: 'map', values: STRING }

function object(name: string, fields: Readonly<Record<string, CelType>>): CelType {
  const all = Object.entries(fields).map(([property, type]): [string, CelField] => [property, { type, property, optional: true }])
  return { kind: 'object', name, fields: Object.fromEntries(all) }
}

const KIND = object('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING })
const RESOURCE = object('kubernetes.GroupVersionResource', { group: STRING, version: STRING, resource: STRING })

/** What expressions of policies and webhooks see of a request (API reference, AdmissionRequest, without the objects). */
const REQUEST = object('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: object('kubernetes.UserInfo', { username: STRING, uid: STRING, groups: STRINGS, extra: { kind: 'map', values: STRINGS } }),
  dryRun: { kind: 'bool' },
  options: DYN,
})

/** What they see of the request's namespace. */
const NAMESPACE = object('kubernetes.Namespace', {
  metadata: object('kubernetes.NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: STRING_MAP,
    annotations: STRING_MAP,
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: STRINGS,
  }),
  spec: object('kubernetes.NamespaceSpec', { finalizers: STRINGS }),
  status: object('kubernetes.NamespaceStatus', {
    conditions: {
      kind: 'list',
      items: object('kubernetes.NamespaceCondition', {
        status: STRING,
        type: STRING,
        lastTransitionTime: TIMESTAMP,
        message: STRING,
        reason: STRING,
      }),
    },
    phase: STRING,
  }),
})

/** What an expression may speak of, beside what all of them may. */
export interface VariableChoice {
  readonly params: boolean
  readonly authorizer: boolean
}

/** The variables of admission expressions, with their types; `object` is anything, or what type checking knows of it. */
export function variableTypes(
  { params, authorizer }: VariableChoice,
  known: { readonly object?: CelType; readonly params?: CelType } = {},
): Record<string, CelType> {
  return {
    object: known.object ?? DYN,
    oldObject: known.object ?? DYN,
    namespaceObject: NAMESPACE,
    request: REQUEST,
    ...(params ? { params: known.params ?? DYN } : {}),
    ...(authorizer
      ? {
          authorizer: { kind: 'opaque', name: 'kubernetes.authorization.Authorizer' },
          'authorizer.requestResource': { kind: 'opaque', name: 'kubernetes.authorization.ResourceCheck' },
        }
      : {}),
  }
}
