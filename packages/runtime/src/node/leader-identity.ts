import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { systemRandom, uidSource, type UidSource } from '@kubetape/determinism'
import type { LeaderElectionOptions } from '../leader-election/election-options.ts'

const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace'

/** Options of a leader election, of which this process knows two by itself. */
export type LeaderElectionWish = Omit<LeaderElectionOptions, 'identity' | 'namespace'> & {
  /** Default: `leaderIdentity()`. */
  readonly identity?: string
  /** Default: the namespace of this process's Pod; `run` takes that of the context. */
  readonly namespace?: string
}

/** Who this process is in an election: `<host>_<uuid>`, as controller-runtime makes it; another one for every process and every start. */
export function leaderIdentity(uids: UidSource = uidSource(systemRandom())): string {
  return `${hostname()}_${uids.next()}`
}

/**
 * Options of a leader election with what this process knows of itself: an identity, and the namespace of its Pod. Throws an Error when no
 * namespace is given and this process runs in no Pod.
 */
export function leaderElection(options: LeaderElectionWish, namespaceFile: string = NAMESPACE_FILE): LeaderElectionOptions {
  const { identity = leaderIdentity(), namespace = namespaceOf(namespaceFile) } = options
  return { ...options, identity, namespace }
}

function namespaceOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new Error(`Cannot elect a leader: no namespace is given, and this process runs in no Pod (there is no "${file}")`, { cause })
  }
}
