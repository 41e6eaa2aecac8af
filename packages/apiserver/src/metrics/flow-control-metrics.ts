import type { Metrics } from '@kubetape/component-base'
import type { PriorityAndFairness } from '../flow-control/priority-and-fairness.ts'

/** What flow control does, by priority level and FlowSchema (Kubernetes documentation, "API Priority and Fairness", metrics). */
export function addFlowControlMetrics(metrics: Metrics, flowControl: PriorityAndFairness): void {
  const labelNames = ['priority_level']
  const waiting = metrics.gauge({ name: 'apiserver_flowcontrol_current_inqueue_requests', help: 'Requests that wait.', labelNames })
  const seats = metrics.gauge({ name: 'apiserver_flowcontrol_current_executing_seats', help: 'Seats that are taken.', labelNames })
  const nominal = metrics.gauge({ name: 'apiserver_flowcontrol_nominal_limit_seats', help: 'Seats of its own.', labelNames })
  flowControl.levels.onLevel((level) => {
    const labels = { priority_level: level.name }
    waiting.read(labels, () => level.waiting)
    seats.read(labels, () => level.inUse)
    nominal.read(labels, () => level.limits.nominal)
  })
  const flowLabels = ['priority_level', 'flow_schema']
  const dispatched = metrics.counter({
    name: 'apiserver_flowcontrol_dispatched_requests_total',
    help: 'Requests that were served.',
    labelNames: flowLabels,
  })
  const rejected = metrics.counter({
    name: 'apiserver_flowcontrol_rejected_requests_total',
    help: 'Requests that were refused, by why.',
    labelNames: [...flowLabels, 'reason'],
  })
  flowControl.counts.onFlow((flow) => {
    const labels = { priority_level: flow.level, flow_schema: flow.schema }
    const served = dispatched.with(labels)
    flow.onDispatched = () => served.inc()
    flow.onRejected = (reason) => rejected.with({ ...labels, reason }).inc()
  })
}
