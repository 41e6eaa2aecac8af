/** This process held the Lease and does not any more. Terminal: the process must end, and compete again when it has started anew. */
export class LeaderElectionLost extends Error {
  readonly code = 'LEADER_ELECTION_LOST' as const

  constructor(lease: string, why: string) {
    super(`Cannot go on: leader election lost, lease "${lease}": ${why}`)
    this.name = 'LeaderElectionLost'
  }
}
