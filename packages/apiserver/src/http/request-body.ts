import type { IncomingMessage } from 'node:http'
import type { PatchType } from '@kubetape/client'
import { BodyText } from '../registry/body.ts'
import type { ApiRequest } from '../request/api-request.ts'
import { patchProblems } from '../request/patch-problems.ts'
import { readBody } from './body.ts'
import { appliedBody, bodyText, patchText, repeatedYamlKeys, unknownFormat } from './parse-body.ts'

/** What the media type of a PATCH makes of it. */
export const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
}

/** The media type of a request's body; of repeated headers the first, without parameters. */
export function mediaTypeOf({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? 'application/json').split(';')[0]!.trim().toLowerCase()
}

/** Reads the body of a write; custom resources have no protobuf form. Throws 413 for one that is too large, 415 for a media type that the verb does not take, 400 for a patch that is no JSON. */
export async function requestBody(
  request: IncomingMessage,
  verb: string,
  { custom, info }: { readonly custom: boolean; readonly info: { readonly kind: string } },
): Promise<Pick<ApiRequest, 'body' | 'patchType' | 'bodyProblems'>> {
  const mediaType = mediaTypeOf(request)
  if (verb === 'patch') {
    const patchType = PATCH_TYPES[mediaType]
    if (patchType === undefined) throw unknownFormat(Object.keys(PATCH_TYPES))
    const bytes = await readBody(request)
    if (patchType === 'apply') return { patchType, ...appliedBody(bytes) }
    const text = patchText(bytes)
    const bodyProblems = patchProblems(text, patchType)
    return { patchType, body: text.value, ...(bodyProblems.length > 0 ? { bodyProblems } : {}) }
  }
  const bytes = await readBody(request)
  if (bytes.length === 0 && (verb === 'delete' || verb === 'deletecollection')) return {}
  const body = new BodyText(bodyText(bytes, mediaType, info.kind, custom && verb !== 'delete' && verb !== 'deletecollection'))
  if (mediaType !== 'application/yaml') return { body }
  const bodyProblems = repeatedYamlKeys(bytes.toString('utf8'))
  return bodyProblems.length > 0 ? { body, bodyProblems } : { body }
}
