import type { Lease, LeaseSpec } from '@kubetape/api/types/coordination/v1'
import { formatMicroTime } from '@kubetape/apimachinery'
import type { Election } from './election-options.ts'

/** What makes one holding of a Lease different from every other: who, since when (the holder's own word), the how many-th. */
export interface Term {
  readonly acquireTime: string
  readonly transitions: number
}

/** Whether a Lease says that somebody holds it. */
export function isHeld({ spec }: Lease): boolean {
  return Boolean(spec?.holderIdentity)
}

/** Whether a Lease shows this very term: two processes that wrongly share an identity still tell their terms apart. */
export function showsTerm({ spec }: Lease, { identity }: Pick<Election, 'identity'>, term: Term | undefined): boolean {
  return (
    term !== undefined &&
    spec?.holderIdentity === identity &&
    spec.acquireTime === term.acquireTime &&
    (spec.leaseTransitions ?? 0) === term.transitions
  )
}

/** The term that would follow the one that a Lease shows. */
export function nextTerm(lease: Lease | undefined, nowWallMs: number): Term {
  // client-go counts every change of hands, and the first holder as none.
  const transitions = lease === undefined ? 0 : (lease.spec?.leaseTransitions ?? 0) + 1
  return { acquireTime: formatMicroTime(nowWallMs), transitions }
}

/** The Lease as the holder of `term` writes it; with the resourceVersion of `lease`, so that it takes effect only if nobody wrote since. */
export function heldLease(lease: Lease | undefined, election: Election, term: Term, nowWallMs: number): Lease {
  return withSpec(lease, election, {
    holderIdentity: election.identity,
    leaseDurationSeconds: election.leaseDurationMs / 1000,
    acquireTime: term.acquireTime,
    renewTime: formatMicroTime(nowWallMs),
    leaseTransitions: term.transitions,
  })
}

/** The Lease as its holder leaves it behind: held by nobody, for one second (client-go's release). */
export function releasedLease(lease: Lease, election: Election, nowWallMs: number): Lease {
  const now = formatMicroTime(nowWallMs)
  return withSpec(lease, election, { holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now })
}

function withSpec(lease: Lease | undefined, { id, namespace }: Election, spec: LeaseSpec): Lease {
  return {
    ...lease,
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...lease?.metadata, name: id, namespace },
    spec: { ...lease?.spec, ...spec },
  }
}
