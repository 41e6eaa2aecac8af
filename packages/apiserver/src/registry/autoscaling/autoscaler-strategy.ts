import type { HorizontalPodAutoscaler } from '@kubetape/api/types/autoscaling/v2'
import type { KubeObject } from '@kubetape/apimachinery'
import type { Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { toAutoscalerV2 } from './autoscaler-conversion.ts'
import { metricsCell } from './metrics-cell.ts'

/** Of processors, where an autoscaler says nothing of what it goes by, in percent of what is requested. */
const DEFAULT_CPU_USE = 80

/** Autoscalers of either version (API reference, autoscaling/v2 HorizontalPodAutoscaler). */
export const autoscalerStrategy: Strategy = {
  generation: 'none',
  default: (draft) => {
    const { apiVersion, spec } = draft as HorizontalPodAutoscaler
    if (spec === undefined) return
    spec.minReplicas ??= 1
    if (apiVersion === 'autoscaling/v2') defaultMetrics(spec)
  },
  tableRow: (object, nowMs) => {
    const { metadata, spec, status } = (object.apiVersion === 'autoscaling/v1' ? toAutoscalerV2(object) : object) as HorizontalPodAutoscaler
    return [
      metadata.name ?? '',
      `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`,
      metricsCell(spec.metrics ?? [], status?.currentMetrics ?? []),
      spec.minReplicas === undefined ? '<unset>' : String(spec.minReplicas),
      spec.maxReplicas,
      status?.currentReplicas ?? 0,
      ageCell(metadata.creationTimestamp, nowMs),
    ]
  },
}

function defaultMetrics(spec: HorizontalPodAutoscaler['spec']): void {
  if (spec.metrics?.length) return
  spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: DEFAULT_CPU_USE } } }]
}

/** An autoscaler of autoscaling/v1 as it is stored: as v2, with its default. */
export function storedAutoscaler(object: Readonly<KubeObject>): KubeObject {
  const converted = toAutoscalerV2(object)
  defaultMetrics((converted as unknown as HorizontalPodAutoscaler).spec)
  return converted
}
