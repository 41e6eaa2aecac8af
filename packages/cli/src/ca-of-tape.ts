import type { LogReader } from '@kubetape/eventlog'
import { objectAt } from '@kubetape/replay'

/**
 * The CA bundle under which the control plane of this tape ran. It is the one thing that built-in controllers are told at start and that no
 * journal row has, but what they published is on the tape. Empty where none was.
 */
export function caOfTape(reader: LogReader): string {
  const published = objectAt(
    reader,
    { group: '', resource: 'configmaps', namespace: 'kube-system', name: 'kube-root-ca.crt' },
    reader.head(),
  )
  const ca = (published as { data?: Record<string, unknown> } | undefined)?.data?.['ca.crt']
  return typeof ca === 'string' ? ca : ''
}
