import type { OtherPaths } from '../http/other-paths.ts'
import type { FlowCounts } from './flow-control-counts.ts'
import type { PriorityAndFairness } from './priority-and-fairness.ts'
import type { PriorityLevel } from './priority-level.ts'

const COLUMNS = [
  'PriorityLevelName',
  'IsIdle',
  'WaitingRequests',
  'ExecutingSeats',
  'BorrowedSeats',
  'LentSeats',
  'NominalSeats',
  'DispatchedRequests',
  'RejectedRequests',
  'TimedoutRequests',
  'CancelledRequests',
]

/** What flow control is doing, as a table with commas (Kubernetes documentation, "Flow control", debugging endpoints). */
export function addFlowControlDumps(paths: OtherPaths, flowControl: PriorityAndFairness): void {
  paths.on('/debug/api_priority_and_fairness/dump_priority_levels', () => {
    const counts = [...flowControl.counts.all()]
    const rows = [...flowControl.levels.all()].map((level) =>
      rowOf(
        level,
        counts.filter((one) => one.level === level.name),
      ),
    )
    return { contentType: 'text/plain; charset=utf-8', bytes: [COLUMNS, ...rows].map((row) => `${row.join(', ')}\n`).join('') }
  })
}

function rowOf(level: PriorityLevel, flows: readonly Readonly<FlowCounts>[]): (string | number | boolean)[] {
  const sum = (of: (flow: Readonly<FlowCounts>) => number): number => flows.reduce((total, flow) => total + of(flow), 0)
  const rejected = (...reasons: string[]): number =>
    sum((flow) => reasons.reduce((total, reason) => total + (flow.rejected.get(reason) ?? 0), 0))
  return [
    level.name,
    level.inUse === 0 && level.waiting === 0,
    level.waiting,
    level.inUse,
    level.borrowed,
    level.lent,
    level.limits.nominal,
    sum((flow) => flow.dispatched),
    rejected('queue-full', 'concurrency-limit'),
    rejected('time-out'),
    rejected('cancelled'),
  ]
}
