import {
  dnsSubdomainErrors,
  duplicate,
  type FieldError,
  FieldPath,
  goDurationMs,
  invalid,
  notSupported,
  required,
} from '@kubetape/apimachinery'
import type { AuthorizerChoice } from './authorization.ts'
import { RequestConditions } from './webhook/request-conditions.ts'
import { httpReviewTransport } from './webhook/review-transport.ts'
import { readWebhookKubeconfig } from './webhook/webhook-kubeconfig.ts'
import { yamlLibrary } from '../yaml-library.ts'

const API_VERSIONS = ['apiserver.config.k8s.io/v1alpha1', 'apiserver.config.k8s.io/v1beta1']
const TYPES = ['Node', 'RBAC', 'AlwaysAllow', 'AlwaysDeny', 'Webhook'] as const
const AUTHORIZERS = FieldPath.of('authorizers')
const TIMEOUT_MAX_MS = 30_000

interface WebhookFields {
  readonly authorizedTTL?: string
  readonly unauthorizedTTL?: string
  readonly timeout?: string
  readonly subjectAccessReviewVersion?: string
  readonly matchConditionSubjectAccessReviewVersion?: string
  readonly failurePolicy?: string
  readonly connectionInfo?: { readonly type?: string; readonly kubeConfigFile?: string }
  readonly matchConditions?: readonly { readonly expression?: string }[]
}

interface AuthorizerFields {
  readonly type?: string
  readonly name?: string
  readonly webhook?: WebhookFields
}

/**
 * Reads an AuthorizationConfiguration (API reference, apiserver.config.k8s.io/v1beta1): who decides, in its order, webhooks with conditions among them.
 * `readFile` reads it and the kubeconfigs that it names. Throws an Error that says what is wrong, in upstream's words where it is a field.
 */
export function readAuthorizationConfiguration(file: string, readFile: (path: string) => string): AuthorizerChoice[] {
  const refuse = (why: string, cause?: unknown): never => {
    throw new Error(`Cannot use the authorization configuration ${JSON.stringify(file)}: ${why}`, { cause })
  }
  const configuration = configurationOf(readFile(file), refuse)
  const { kind, apiVersion, authorizers = [] } = configuration
  if (kind !== 'AuthorizationConfiguration' || !API_VERSIONS.includes(apiVersion ?? ''))
    refuse(`it must have kind AuthorizationConfiguration and apiVersion ${API_VERSIONS.toReversed().join(' or ')}`)
  const unknown = unknownField(configuration)
  if (unknown !== undefined) refuse(`it has no field ${unknown}`)
  const errors = validate(authorizers)
  if (errors.length > 0) refuse(errors.map(({ field, message }) => `${field}: ${message}`).join(', '))
  return authorizers.map(({ type, webhook }) =>
    type === 'Webhook' ? webhookChoice(webhook!, readFile) : { type: type as Exclude<(typeof TYPES)[number], 'Webhook'> },
  )
}

interface Configuration {
  readonly kind?: string
  readonly apiVersion?: string
  readonly authorizers?: readonly AuthorizerFields[]
}

function configurationOf(text: string, refuse: (why: string, cause?: unknown) => never): Configuration {
  try {
    const configuration: unknown = yamlLibrary().parse(text)
    return typeof configuration === 'object' && configuration !== null ? configuration : refuse('it is empty, or no object')
  } catch (error) {
    if (!(error instanceof yamlLibrary().YAMLParseError)) throw error
    return refuse(error.message.split('\n')[0]!, error)
  }
}

/** The fields of each object: one that is misspelt would leave out somebody who decides, or a condition. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  '': ['apiVersion', 'kind', 'authorizers'],
  authorizers: ['type', 'name', 'webhook'],
  webhook: [
    'authorizedTTL',
    'unauthorizedTTL',
    'timeout',
    'subjectAccessReviewVersion',
    'matchConditionSubjectAccessReviewVersion',
    'failurePolicy',
    'connectionInfo',
    'matchConditions',
  ],
  connectionInfo: ['type', 'kubeConfigFile'],
  matchConditions: ['expression'],
}

/** The path of the first field that there is not. */
function unknownField(value: unknown, type = '', path = ''): string | undefined {
  const fields = FIELDS[type]
  if (fields === undefined || typeof value !== 'object' || value === null) return undefined
  const isList = Array.isArray(value)
  for (const [name, member] of Object.entries(value)) {
    const at = isList ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`
    if (!isList && !fields.includes(name)) return at
    const unknown = unknownField(member, isList ? type : name, at)
    if (unknown !== undefined) return unknown
  }
  return undefined
}

function webhookChoice(webhook: WebhookFields, readFile: (path: string) => string): AuthorizerChoice {
  const {
    authorizedTTL,
    unauthorizedTTL,
    timeout,
    subjectAccessReviewVersion,
    failurePolicy,
    connectionInfo,
    matchConditions = [],
  } = webhook
  return {
    type: 'Webhook',
    webhook: {
      transport: httpReviewTransport(readWebhookKubeconfig(connectionInfo!.kubeConfigFile!, readFile)),
      version: subjectAccessReviewVersion as 'v1' | 'v1beta1',
      failurePolicy: failurePolicy as 'NoOpinion' | 'Deny',
      timeoutMs: goDurationMs(timeout!)!,
      matchConditions: matchConditions.map((one) => one.expression ?? ''),
      ...(authorizedTTL === undefined ? {} : { authorizedTtlMs: goDurationMs(authorizedTTL)! }),
      ...(unauthorizedTTL === undefined ? {} : { unauthorizedTtlMs: goDurationMs(unauthorizedTTL)! }),
    },
  }
}

function validate(authorizers: readonly AuthorizerFields[]): FieldError[] {
  if (authorizers.length === 0) return [required(AUTHORIZERS, 'at least one authorization mode must be defined')]
  const [types, names] = [new Set<string>(), new Set<string>()]
  return authorizers.flatMap((one, at) => {
    const path = AUTHORIZERS.index(at)
    const errors = [...validateType(one, path, types), ...validateName(one, path, names)]
    if (one.type === 'Webhook')
      errors.push(
        ...(one.webhook
          ? validateWebhook(one.webhook, path.child('webhook'))
          : [required(path.child('webhook'), 'required when type=Webhook')]),
      )
    else if (one.webhook) errors.push(invalid(path.child('webhook'), 'non-null', 'may only be specified when type=Webhook'))
    return errors
  })
}

function validateType({ type = '' }: AuthorizerFields, path: FieldPath, seen: Set<string>): FieldError[] {
  if (type === '') return [required(path.child('type'))]
  if (!TYPES.some((known) => known === type)) return [notSupported(path.child('type'), type, [...TYPES].sort())]
  if (seen.has(type) && type !== 'Webhook') return [duplicate(path.child('type'), type)]
  seen.add(type)
  return []
}

function validateName({ name = '' }: AuthorizerFields, path: FieldPath, seen: Set<string>): FieldError[] {
  if (name === '') return [required(path.child('name'))]
  if (seen.has(name)) return [duplicate(path.child('name'), name)]
  seen.add(name)
  const [why] = dnsSubdomainErrors(name)
  return why === undefined ? [] : [invalid(path.child('name'), name, `authorizer name is invalid: ${why}`)]
}

function validateWebhook(webhook: WebhookFields, path: FieldPath): FieldError[] {
  const { authorizedTTL, unauthorizedTTL, timeout, connectionInfo = {}, matchConditions = [] } = webhook
  const choice = (field: keyof WebhookFields, known: readonly string[]): FieldError[] => {
    const value = (webhook[field] ?? '') as string
    if (value === '') return [required(path.child(field))]
    return known.includes(value) ? [] : [notSupported(path.child(field), value, known)]
  }
  return [
    ...(timeout === undefined ? [required(path.child('timeout'))] : durationErrors(timeout, path.child('timeout'), TIMEOUT_MAX_MS)),
    ...(authorizedTTL === undefined ? [] : durationErrors(authorizedTTL, path.child('authorizedTTL'))),
    ...(unauthorizedTTL === undefined ? [] : durationErrors(unauthorizedTTL, path.child('unauthorizedTTL'))),
    ...choice('subjectAccessReviewVersion', ['v1', 'v1beta1']),
    ...(matchConditions.length === 0 ? [] : choice('matchConditionSubjectAccessReviewVersion', ['v1'])),
    ...choice('failurePolicy', ['NoOpinion', 'Deny']),
    ...validateConnection(connectionInfo, path.child('connectionInfo')),
    ...matchConditions.flatMap(({ expression = '' }, at) => conditionErrors(expression, path.child('matchConditions').index(at))),
  ]
}

function durationErrors(text: string, path: FieldPath, maxMs = Infinity): FieldError[] {
  const value = goDurationMs(text)
  if (value !== undefined && value > 0 && value <= maxMs) return []
  return [invalid(path, text, maxMs === Infinity ? 'must be > 0s' : 'must be > 0s and <= 30s')]
}

/** This server is in no cluster, so it cannot find a webhook by the cluster that it is in. */
function validateConnection(
  { type = '', kubeConfigFile = '' }: NonNullable<WebhookFields['connectionInfo']>,
  path: FieldPath,
): FieldError[] {
  if (type === '') return [required(path.child('type'))]
  if (type !== 'KubeConfigFile') return [notSupported(path.child('type'), type, ['KubeConfigFile'])]
  if (kubeConfigFile === '') return [required(path.child('kubeConfigFile'))]
  return kubeConfigFile.startsWith('/') ? [] : [invalid(path.child('kubeConfigFile'), kubeConfigFile, 'must be an absolute path')]
}

function conditionErrors(expression: string, path: FieldPath): FieldError[] {
  if (expression === '') return [required(path.child('expression'))]
  try {
    new RequestConditions([expression], { withSelectors: true })
    return []
  } catch (error) {
    return [invalid(path.child('expression'), expression, (error as Error).message)]
  }
}
