import { CA_META } from '@kubetape/control-plane'
import type { LogReader } from '@kubetape/eventlog'
import { objectAt } from '@kubetape/replay'

/**
 * The CA bundle under which the control plane of this tape ran: an input of built-in controllers that no journal row has. The tape says it
 * in its own words since it was created; of one that does not, or that got a CA later, what the controllers published in kube-system tells it. Empty without TLS.
 */
export function caOfTape(reader: LogReader): string {
  const told = reader.info.meta?.[CA_META]
  if (told) return told
  const ref = { group: '', resource: 'configmaps', namespace: 'kube-system', name: 'kube-root-ca.crt' }
  const published = objectAt(reader, ref, reader.head()) as { data?: Record<string, unknown> } | undefined
  const ca = published?.data?.['ca.crt']
  return typeof ca === 'string' ? ca : ''
}
