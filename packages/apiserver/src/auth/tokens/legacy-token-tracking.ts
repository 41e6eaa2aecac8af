import { Secret as SecretKind } from '@kubetape/api/kinds'
import { isNotFound } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { LegacyTokenUse } from './legacy-token.ts'

/** Since when the use of tokens from Secrets is noted: who cleans up must know that a token without a date may only be older than that. */
export const TRACKING_CONFIG_MAP = 'kube-apiserver-legacy-service-account-token-tracking'
/** Label of a Secret: the day on which its token was last used. */
export const LAST_USED_LABEL = 'kubernetes.io/legacy-token-last-used'
const SINCE = 'since'

/** What of the tracking ConfigMap is missing: a day, where it has none that can be read (KEP-2799). */
export function missingSince(data: Readonly<Record<string, string>>, nowMs: number): Readonly<Record<string, string>> | undefined {
  const { [SINCE]: since = '' } = data
  return /^\d{4}-\d\d-\d\d$/.test(since) && !Number.isNaN(Date.parse(since)) ? undefined : { [SINCE]: dayOf(nowMs) }
}

/** Notes the day on the Secret whose token was used, once a day. Nobody waits for it. */
export async function noteUse(client: Client, { secret, nowMs }: LegacyTokenUse): Promise<void> {
  const today = dayOf(nowMs)
  const { namespace = '', name = '', labels = {} } = secret.metadata
  const before = labels[LAST_USED_LABEL] ?? ''
  // Clocks of several servers may differ: a later day stays.
  if (before >= today && !Number.isNaN(Date.parse(before))) return
  try {
    await client.patch(SecretKind, { namespace, name }, { type: 'merge', body: { metadata: { labels: { [LAST_USED_LABEL]: today } } } })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
