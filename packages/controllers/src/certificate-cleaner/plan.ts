import type { CertificateSigningRequest } from '@kubetape/api/types/certificates/v1'

const HOUR_MS = 3_600_000
/** How long requests stay after what became of them; those that nobody decided about, a day (kube-controller-manager's csrcleaner). */
const KEPT_MS: Readonly<Record<string, number>> = { Approved: HOUR_MS, Denied: HOUR_MS, Failed: HOUR_MS }
const PENDING_MS = 24 * HOUR_MS

/** When a request is to be deleted, in Unix milliseconds; undefined: not, as long as nothing changes. */
export function deletionTimeOf({ metadata, status }: Readonly<CertificateSigningRequest>): number | undefined {
  const conditions = status?.conditions ?? []
  const created = Date.parse(metadata.creationTimestamp ?? '')
  if (conditions.length === 0) return status?.certificate ? undefined : created + PENDING_MS
  const times = conditions.flatMap(({ type, lastUpdateTime }) => {
    const kept = KEPT_MS[type]
    // An approved request without a certificate still waits for its signer.
    const waits = type === 'Approved' && !status?.certificate
    return kept === undefined || waits ? [] : [Date.parse(lastUpdateTime ?? '') + kept]
  })
  const decided = times.filter((time) => !Number.isNaN(time))
  return decided.length === 0 ? undefined : Math.min(...decided)
}
