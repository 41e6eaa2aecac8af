import { isJsonObject, type KubeObject, parseGroupVersion, printExactJson } from '@kubetape/apimachinery'
import { badReview } from './bad-review.ts'
import type { ConversionWebhook } from './conversion-webhook.ts'

const API_VERSION = 'apiextensions.k8s.io/v1'

/** What the API server asks a conversion webhook (API reference, ConversionRequest of apiextensions.k8s.io/v1). */
export interface ConversionRequest {
  readonly uid: string
  readonly desiredAPIVersion: string
  readonly objects: readonly KubeObject[]
}

/** The objects in the version that was asked for, or why not. */
export type Conversion = { readonly objects: readonly KubeObject[] } | { readonly error: unknown }

/** The request of a review. Throws a StatusError 400 for anything else. */
export function readConversionReview(review: unknown): ConversionRequest {
  if (!isJsonObject(review) || review['kind'] !== 'ConversionReview') throw badReview('the body is no ConversionReview')
  if (review['apiVersion'] !== API_VERSION)
    throw badReview(`its apiVersion is ${JSON.stringify(review['apiVersion'])}, only ${API_VERSION} is spoken`)
  const { request } = review
  if (!isJsonObject(request)) throw badReview('the ConversionReview has no request')
  const { uid, desiredAPIVersion, objects } = request
  if (typeof uid !== 'string' || uid === '') throw badReview('the request has no uid')
  if (typeof desiredAPIVersion !== 'string' || desiredAPIVersion === '') throw badReview('the request has no desiredAPIVersion')
  if (!Array.isArray(objects) || !objects.every(isJsonObject)) throw badReview('the objects of the request are no list of objects')
  return { uid, desiredAPIVersion, objects }
}

/** All of the objects or none: the first failure is the answer. */
export async function convertAll(
  { desiredAPIVersion, objects }: ConversionRequest,
  webhooks: readonly ConversionWebhook[],
): Promise<Conversion> {
  try {
    const { group, version } = parseGroupVersion(desiredAPIVersion)
    const converted: KubeObject[] = []
    for (const object of objects) {
      const webhook = webhooks.find(({ kind }) => kind.group === group && kind.kind === object.kind)
      if (webhook === undefined)
        throw new Error(`Cannot convert ${object.kind ?? 'an object'} to ${desiredAPIVersion}: no webhook here does`)
      converted.push(await webhook.convert(object, version))
    }
    return { objects: converted }
  } catch (error) {
    return { error }
  }
}

/** The JSON of a review that answers. */
export function printConversionReview(uid: string, conversion: Conversion): string {
  const outcome =
    'error' in conversion
      ? { result: { status: 'Failure', message: messageOf(conversion.error) } }
      : { result: { status: 'Success' }, convertedObjects: conversion.objects }
  return printExactJson({ apiVersion: API_VERSION, kind: 'ConversionReview', response: { uid, ...outcome } })
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
