import { createHmac, randomBytes } from 'node:crypto'
import type { GroupResource } from '@kubetape/apimachinery'

/** Takes out of recorded values what nobody shall read on the tape. */
export interface Redaction {
  /** Whether it changes anything of this resource. */
  applies(resource: GroupResource): boolean
  /** A copy of an object, or of the body of a patch of one, without what is secret. */
  redact<T>(resource: GroupResource, value: T): T
}

/** What stands in for a secret value begins with this. */
const MARK = 'redacted-'
/** What clients write here repeats the whole object. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * Replaces the values of Secrets (`data`, `stringData`, the last applied configuration) and issued service account tokens by pseudonyms.
 * Equal values get equal ones within a session, so that a controller that copies or compares secrets decides the same in replay; nobody can
 * compute the value from one, or test a guess, because the key is random and kept nowhere. What controllers derive from a secret
 * (a checksum in an annotation) is recorded as it was and differs in replay.
 */
export function redactSecrets(): Redaction {
  const key = randomBytes(32)
  const pseudonym = (bytes: Buffer): string => MARK + createHmac('sha256', key).update(bytes).digest('hex').slice(0, 24)
  const plain = (value: unknown): unknown => (typeof value === 'string' ? pseudonym(Buffer.from(value)) : value)
  const encoded = (value: unknown): unknown =>
    typeof value === 'string' ? Buffer.from(pseudonym(Buffer.from(value, 'base64'))).toString('base64') : value
  return {
    applies: ({ group, resource }) => group === '' && (resource === 'secrets' || resource === 'serviceaccounts'),
    redact: <T>({ resource }: GroupResource, value: T): T =>
      (resource === 'serviceaccounts' ? withoutToken(value, plain) : secretWith(value, plain, encoded)) as T,
  }
}

/** Whether a recorded value stands in for one that was taken out. */
export function isPseudonym(value: unknown): boolean {
  return typeof value === 'string' && (value.startsWith(MARK) || Buffer.from(value, 'base64').toString().startsWith(MARK))
}

type Replace = (value: unknown) => unknown

function secretWith(value: unknown, plain: Replace, encoded: Replace): unknown {
  if (Array.isArray(value)) return value.map((operation) => patchedWith(operation, plain, encoded))
  if (!isRecord(value)) return value
  return {
    ...value,
    ...('data' in value ? { data: mapped(value['data'], encoded) } : {}),
    ...('stringData' in value ? { stringData: mapped(value['stringData'], plain) } : {}),
    ...(isRecord(value['metadata']) ? { metadata: metadataWith(value['metadata'], plain) } : {}),
  }
}

function metadataWith(metadata: Readonly<Record<string, unknown>>, plain: Replace): unknown {
  const { annotations } = metadata
  if (!isRecord(annotations) || !(LAST_APPLIED in annotations)) return metadata
  return { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: plain(annotations[LAST_APPLIED]) } }
}

/** One operation of a JSON patch of a Secret. */
function patchedWith(operation: unknown, plain: Replace, encoded: Replace): unknown {
  if (!isRecord(operation) || !('value' in operation)) return operation
  const [, field, ...rest] = String(operation['path']).split('/')
  const { value } = operation
  if (field === undefined) return { ...operation, value: secretWith(value, plain, encoded) }
  if (field === 'data' || field === 'stringData') {
    const replace = field === 'data' ? encoded : plain
    return { ...operation, value: rest.length > 0 ? replace(value) : mapped(value, replace) }
  }
  if (field !== 'metadata') return operation
  return { ...operation, value: annotationWith(rest, value, plain) }
}

function annotationWith(path: readonly string[], value: unknown, plain: Replace): unknown {
  if (path.length === 0) return isRecord(value) ? metadataWith(value, plain) : value
  if (path[0] !== 'annotations') return value
  if (path.length === 1) return (metadataWith({ annotations: value }, plain) as { annotations: unknown }).annotations
  return path[1]!.replaceAll('~1', '/') === LAST_APPLIED ? plain(value) : value
}

/** The answer to a TokenRequest. */
function withoutToken(value: unknown, plain: Replace): unknown {
  if (!isRecord(value) || !isRecord(value['status']) || !('token' in value['status'])) return value
  return { ...value, status: { ...value['status'], token: plain(value['status']['token']) } }
}

function mapped(values: unknown, replace: Replace): unknown {
  return isRecord(values) ? Object.fromEntries(Object.entries(values).map(([name, one]) => [name, replace(one)])) : values
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
