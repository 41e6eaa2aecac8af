import type { MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from '@kubetape/api/types/autoscaling/v2'

/** More metrics are only counted. */
const SHOWN_MAX = 2
const UNKNOWN = '<unknown>'

/** What an autoscaler goes by, now and as wanted: `cpu: 50%/70%, 10/20 (avg) + 1 more...`. */
export function metricsCell(specs: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  if (specs.length === 0) return '<none>'
  const shown = specs.slice(0, SHOWN_MAX).map((spec, at) => metricText(spec, statuses[at]))
  return shown.join(', ') + (specs.length > SHOWN_MAX ? ` + ${specs.length - SHOWN_MAX} more...` : '')
}

function metricText(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case 'External':
      return amounts(spec.external?.target, status?.external?.current)
    case 'Object':
      return amounts(spec.object?.target, status?.object?.current)
    case 'Pods':
      return `${status?.pods?.current.averageValue ?? UNKNOWN}/${spec.pods?.target.averageValue}`
    case 'Resource':
      return `${spec.resource?.name}: ${use(spec.resource?.target, status?.resource?.current)}`
    case 'ContainerResource':
      return `${spec.containerResource?.name}: ${use(spec.containerResource?.target, status?.containerResource?.current)}`
    default:
      return '<unknown type>'
  }
}

function amounts(target: MetricTarget | undefined, current: MetricValueStatus | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`
  return `${current?.value ?? UNKNOWN}/${target?.value}`
}

function use(target: MetricTarget | undefined, current: MetricValueStatus | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue}`
  const percent = (value: number | undefined, otherwise: string): string => (value === undefined ? otherwise : `${value}%`)
  return `${percent(current?.averageUtilization, UNKNOWN)}/${percent(target?.averageUtilization, '<auto>')}`
}
