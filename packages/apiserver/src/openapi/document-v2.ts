import type { TypeSchema } from '@kubetape/apimachinery'
import { type ApiOperation, type ApiPath, tagOf } from './api-operation.ts'
import { typesOf } from './document-v3.ts'
import { PRETTY_PARAMETER } from './query-parameters.ts'
import { closureOf, referenceTo, typeInDialect } from './schema-dialect.ts'

const MEDIA_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']
const STREAM_TYPES = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch']
const STRATEGIC = 'application/strategic-merge-patch+json'
const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json', STRATEGIC, 'application/apply-patch+yaml']

/** A Swagger 2.0 document, as far as clients of Kubernetes read it. */
export interface DocumentV2 {
  readonly swagger: '2.0'
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, object>>
  readonly definitions: Readonly<Record<string, object>>
}

/** The Swagger 2.0 document of all paths with every type that they need. `version` is the server's. */
export function documentV2(paths: readonly ApiPath[], version: string, type: (name: string) => TypeSchema | undefined): DocumentV2 {
  const types = closureOf(typesOf(paths), type)
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths: Object.fromEntries([...paths].sort((a, b) => (a.path < b.path ? -1 : 1)).map((one) => [one.path, pathItem(one)])),
    definitions: Object.fromEntries([...types].map(([name, schema]) => [name, typeInDialect(name, schema, 'v2')])),
  }
}

function pathItem({ path, pathParameters, operations }: ApiPath): object {
  const isResource = Object.values(operations).some(({ action }) => action !== undefined)
  const parameters = [
    ...pathParameters.map((name) => ({ name, in: 'path', required: true, type: 'string', uniqueItems: true })),
    ...(isResource ? [queryParameter(PRETTY_PARAMETER)] : []),
  ]
  return {
    ...Object.fromEntries(Object.entries(operations).map(([method, operation]) => [method, operationObject(path, operation)])),
    ...(parameters.length > 0 ? { parameters } : {}),
  }
}

function operationObject(path: string, operation: ApiOperation): object {
  const { action, body, query } = operation
  const parameters = [
    ...(body === undefined
      ? []
      : [
          {
            name: 'body',
            in: 'body',
            ...(action === 'patch' || action === 'post' || action === 'put' ? { required: true } : {}),
            schema: referenceTo(body, 'v2'),
          },
        ]),
    ...query.map(queryParameter),
  ]
  return {
    tags: [tagOf(path)],
    operationId: operation.operationId,
    consumes:
      action === 'patch'
        ? PATCH_TYPES.filter((media) => !operation.custom || media !== STRATEGIC)
        : action === undefined
          ? MEDIA_TYPES
          : ['*/*'],
    produces: producedBy(operation).filter((media) => !operation.custom || !media.includes('protobuf')),
    schemes: ['https'],
    ...(parameters.length > 0 ? { parameters } : {}),
    responses: {
      ...Object.fromEntries(
        operation.responseCodes.map((code) => [
          code,
          {
            description: code === 201 ? 'Created' : code === 202 ? 'Accepted' : 'OK',
            schema: operation.response === undefined ? { type: 'string' } : referenceTo(operation.response, 'v2'),
          },
        ]),
      ),
      401: { description: 'Unauthorized' },
    },
    ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
    ...(operation.gvk === undefined ? {} : { 'x-kubernetes-group-version-kind': operation.gvk }),
  }
}

const queryParameter = ({ name, type }: { name: string; type: string }): object => ({ name, in: 'query', type, uniqueItems: true })

function producedBy({ action, response }: ApiOperation): string[] {
  if (action === 'connect') return ['*/*']
  if (response === undefined) return action === undefined ? ['application/json'] : ['text/plain']
  return action === 'list' || action === 'watch' || action === 'watchlist' ? [...MEDIA_TYPES, ...STREAM_TYPES] : MEDIA_TYPES
}
