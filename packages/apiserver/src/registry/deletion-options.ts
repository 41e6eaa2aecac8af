import { badRequest, failure, type FieldError, FieldPath, invalid, invalidObject } from '@kubetape/apimachinery'
import { builtinSchemas } from '@kubetape/api'
import { KindCompiler, type KindSchema } from '../schema/compile-kind.ts'
import { DecodeError } from '../schema/decode-context.ts'
import { JsonSyntaxError } from '../schema/exact-reader.ts'
import { JsonText } from '../schema/json-text.ts'
import { dryRunErrors } from '../request/write-options.ts'
import { BodyText } from './body.ts'
import type { RequestContext } from './environment.ts'

/** DeleteOptions, from the body or from the query. */
export interface DeletionOptions {
  gracePeriodSeconds?: number
  propagationPolicy?: string
  orphanDependents?: boolean
  preconditions?: { uid?: string; resourceVersion?: string }
  dryRun?: string[]
}

const POLICIES = ['Foreground', 'Background', 'Orphan']
const SCHEME = 'k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27'
let compiled: KindSchema | undefined
const schema = (): KindSchema => (compiled ??= new KindCompiler(builtinSchemas).kind('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions'))

/** DeleteOptions from the body, or else from the query. Throws 422 for what contradicts itself, and the 500s with which upstream answers to what it cannot read. */
export function deletionOptions({ request }: RequestContext): DeletionOptions {
  const { body } = request
  const options =
    body === undefined || body === null
      ? fromQuery(request.options)
      : body instanceof BodyText
        ? fromBody(body.text)
        : (body as DeletionOptions)
  checkDeletionOptions(options)
  return options
}

/** Throws 422 for options that contradict themselves or have values that do not exist. */
export function checkDeletionOptions(options: DeletionOptions): void {
  const errors: FieldError[] = []
  const path = FieldPath.of('propagationPolicy')
  const { propagationPolicy: policy, orphanDependents, gracePeriodSeconds, dryRun } = options
  if (policy !== undefined && orphanDependents !== undefined)
    errors.push(invalid(path, policy, 'orphanDependents and deletionPropagation cannot be both set'))
  if (policy !== undefined && !POLICIES.includes(policy)) {
    // Its values are no sorted set upstream, and none at all is called nil.
    errors.push({
      type: 'FieldValueNotSupported',
      field: 'propagationPolicy',
      message: `Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
    })
  }
  errors.push(...dryRunErrors(dryRun))
  if (errors.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors)
  if (gracePeriodSeconds !== undefined && !Number.isInteger(gracePeriodSeconds))
    throw badRequest(`Cannot read gracePeriodSeconds "${String(gracePeriodSeconds)}": it is no whole number`)
}

function fromQuery({
  gracePeriodSeconds,
  propagationPolicy,
  orphanDependents,
  dryRun,
}: RequestContext['request']['options']): DeletionOptions {
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
    ...(dryRun === undefined ? {} : { dryRun: [...dryRun] }),
  }
}

function fromBody(text: string): DeletionOptions {
  const value = readText(text)
  const { kind, apiVersion } = (value.value ?? {}) as { kind?: unknown; apiVersion?: unknown }
  if (typeof kind === 'string' && kind !== '' && kind !== 'DeleteOptions') {
    const version = typeof apiVersion === 'string' ? apiVersion : ''
    throw failure(
      500,
      undefined,
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(version)} in scheme ${JSON.stringify(SCHEME)}`,
    )
  }
  try {
    return schema().decode(value, 'Ignore').object as DeletionOptions
  } catch (error) {
    throw error instanceof DecodeError ? failure(500, undefined, error.detail) : error
  }
}

function readText(text: string): JsonText {
  try {
    return JsonText.read(text)
  } catch (error) {
    if (!(error instanceof JsonSyntaxError) && !(error instanceof SyntaxError)) throw error
    throw failure(500, undefined, `couldn't get version/kind; json parse error: ${error.message}`)
  }
}
