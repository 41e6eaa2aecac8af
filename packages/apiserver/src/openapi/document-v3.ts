import type { TypeSchema } from '@kubetape/apimachinery'
import { type ApiOperation, type ApiPath, tagOf } from './api-operation.ts'
import { PRETTY_PARAMETER } from './query-parameters.ts'
import { closureOf, referenceTo, typeInDialect } from './schema-dialect.ts'

const MEDIA_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']
const STREAM_TYPES = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch']
const STRATEGIC = 'application/strategic-merge-patch+json'
const PATCH_TYPES = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json', STRATEGIC]

/** An OpenAPI 3.0 document of some paths with every type that they need. `version` is the server's (`v1.31.14`). */
export function documentV3(paths: readonly ApiPath[], version: string, type: (name: string) => TypeSchema | undefined): object {
  const types = closureOf(typesOf(paths), type)
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version },
    paths: Object.fromEntries([...paths].sort((a, b) => (a.path < b.path ? -1 : 1)).map((one) => [one.path, pathItem(one)])),
    components: {
      schemas: Object.fromEntries([...types].map(([name, schema]) => [name, typeInDialect(name, schema, 'v3')])),
      securitySchemes: { BearerToken: { type: 'apiKey', description: 'Bearer Token authentication', name: 'authorization', in: 'header' } },
    },
  }
}

/** The types that operations name. */
export function typesOf(paths: readonly ApiPath[]): Set<string> {
  const names = new Set<string>()
  for (const { operations } of paths) {
    for (const { body, response } of Object.values(operations)) {
      if (body !== undefined) names.add(body)
      if (response !== undefined) names.add(response)
    }
  }
  return names
}

function pathItem({ path, pathParameters, operations }: ApiPath): object {
  const isResource = Object.values(operations).some(({ action }) => action !== undefined)
  const parameters = [
    ...pathParameters.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } })),
    ...(isResource ? [queryParameter(PRETTY_PARAMETER)] : []),
  ]
  return {
    ...Object.fromEntries(Object.entries(operations).map(([method, operation]) => [method, operationObject(path, operation)])),
    ...(parameters.length > 0 ? { parameters } : {}),
  }
}

function operationObject(path: string, operation: ApiOperation): object {
  return {
    tags: [tagOf(path)],
    operationId: operation.operationId,
    ...(operation.query.length > 0 ? { parameters: operation.query.map(queryParameter) } : {}),
    ...(operation.body === undefined ? {} : { requestBody: requestBody(operation, operation.body) }),
    responses: {
      ...Object.fromEntries(operation.responseCodes.map((code) => [code, response(operation, code)])),
      401: { description: 'Unauthorized' },
    },
    ...(operation.action === undefined ? {} : { 'x-kubernetes-action': operation.action }),
    ...(operation.gvk === undefined ? {} : { 'x-kubernetes-group-version-kind': operation.gvk }),
  }
}

const queryParameter = ({ name, type }: { name: string; type: string }): object => ({
  name,
  in: 'query',
  schema: { type, uniqueItems: true },
})

function requestBody({ action, custom }: ApiOperation, body: string): object {
  const schema = referenceTo(body, 'v3')
  return {
    content: Object.fromEntries(
      (action === 'patch' ? PATCH_TYPES.filter((media) => !custom || media !== STRATEGIC) : ['*/*']).map((media) => [media, { schema }]),
    ),
    ...(action === 'patch' || action === 'post' || action === 'put' ? { required: true } : {}),
  }
}

function response({ action, custom, response: type }: ApiOperation, code: number): object {
  const description = code === 201 ? 'Created' : code === 202 ? 'Accepted' : 'OK'
  const media =
    action === undefined
      ? type === undefined
        ? ['application/json']
        : MEDIA_TYPES
      : action === 'connect'
        ? ['*/*']
        : type === undefined
          ? ['text/plain']
          : isWatched(action)
            ? [...MEDIA_TYPES, ...STREAM_TYPES]
            : MEDIA_TYPES
  return {
    description,
    content: Object.fromEntries(
      media
        .filter((one) => !custom || !one.includes('protobuf'))
        .map((one) => [one, { schema: type === undefined ? { type: 'string' } : referenceTo(type, 'v3') }]),
    ),
  }
}

const isWatched = (action: string): boolean => action === 'list' || action === 'watch' || action === 'watchlist'
