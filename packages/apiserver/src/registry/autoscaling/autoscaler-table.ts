import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '@kubetape/api/types/autoscaling/v2'
import { ageCell } from '../table-cells.ts'

/** So many metrics are shown, the others counted. */
const METRICS_MAX = 2
const UNKNOWN = '<unknown>'

/** Name, Reference, Targets, MinPods, MaxPods, Replicas, Age. */
export function autoscalerRow({ metadata, spec, status }: Readonly<HorizontalPodAutoscaler>, nowMs: number): unknown[] {
  const { scaleTargetRef, minReplicas, maxReplicas = 0, metrics } = spec ?? ({} as Partial<typeof spec>)
  return [
    metadata?.name ?? '',
    `${scaleTargetRef?.kind ?? ''}/${scaleTargetRef?.name ?? ''}`,
    metricsCell(metrics ?? [], status?.currentMetrics ?? []),
    minReplicas === undefined ? '<unset>' : String(minReplicas),
    maxReplicas,
    status?.currentReplicas ?? 0,
    ageCell(metadata?.creationTimestamp, nowMs),
  ]
}

/** The first metrics with what was measured, and how many more there are. */
export function metricsCell(metrics: readonly MetricSpec[], current: readonly MetricStatus[]): string {
  if (metrics.length === 0) return '<none>'
  const shown = metrics.slice(0, METRICS_MAX).map((metric, at) => targetText(metric, current[at]))
  const more = metrics.length - METRICS_MAX
  return more > 0 ? `${shown.join(', ')} + ${more} more...` : shown.join(', ')
}

function targetText(metric: Readonly<MetricSpec>, now: Readonly<MetricStatus> | undefined): string {
  const { type, object, external, pods, resource, containerResource } = metric
  switch (type) {
    case 'External':
      return valueText(external?.target, now?.external?.current)
    case 'Object':
      return valueText(object?.target, now?.object?.current)
    case 'Pods':
      return `${now?.pods?.current?.averageValue ?? UNKNOWN}/${pods?.target?.averageValue ?? ''}`
    case 'Resource':
      return `${resource?.name ?? ''}: ${resourceText(resource?.target, now?.resource?.current)}`
    case 'ContainerResource':
      return `${containerResource?.name ?? ''}: ${resourceText(containerResource?.target, now?.containerResource?.current)}`
    default:
      return '<unknown type>'
  }
}

interface Value {
  readonly value?: string
  readonly averageValue?: string
  readonly averageUtilization?: number
}

function valueText(target: Value | undefined, now: Value | undefined): string {
  if (target?.averageValue !== undefined) return `${now?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`
  return `${now?.value ?? UNKNOWN}/${target?.value ?? ''}`
}

function resourceText(target: Value | undefined, now: Value | undefined): string {
  if (target?.averageValue !== undefined) return `${now?.averageValue ?? UNKNOWN}/${target.averageValue}`
  const current = now?.averageUtilization === undefined ? UNKNOWN : `${now.averageUtilization}%`
  return `${current}/${target?.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`}`
}
