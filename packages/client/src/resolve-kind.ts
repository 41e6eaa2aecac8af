import { isNotFound, type Kind, type KubeObject, parseGroupVersion } from '@kubetape/apimachinery'
import type { Client } from './client.ts'

/** A kind that the server does not serve, now. Retryable where its definition may still come. */
export class KindNotServed extends Error {
  readonly code = 'KIND_NOT_SERVED' as const

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'KindNotServed'
  }
}

/**
 * The descriptor of a kind that is not known when the program is written, as the server's discovery tells it: `resolveKind(client, 'example.com/v1',
 * 'Widget')`. Where a group and version have several resources of one kind, the first is taken. Throws KindNotServed, and what requests throw.
 */
export async function resolveKind<T extends KubeObject = KubeObject>(
  client: Client,
  apiVersion: string,
  kind: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Kind<T>> {
  const what = `${kind} of ${apiVersion}`
  if (client.kinds === undefined) throw new TypeError(`Cannot resolve ${what}: this client has no discovery`)
  let served: readonly Kind[]
  try {
    served = await client.kinds(parseGroupVersion(apiVersion), options)
  } catch (cause) {
    throw isNotFound(cause) ? new KindNotServed(`Cannot resolve ${what}: the server does not serve ${apiVersion}`, { cause }) : cause
  }
  const found = served.find((one) => one.kind === kind)
  if (found === undefined) throw new KindNotServed(`Cannot resolve ${what}: the server serves ${namesOf(served)} there`)
  return found as Kind<T>
}

const namesOf = (kinds: readonly Kind[]): string => [...new Set(kinds.map(({ kind }) => kind))].toSorted().join(', ') || 'nothing'
