import type { HorizontalPodAutoscaler as AutoscalerV1 } from '@kubetape/api/types/autoscaling/v1'
import type { HorizontalPodAutoscaler as Autoscaler, HorizontalPodAutoscalerBehavior, MetricSpec } from '@kubetape/api/types/autoscaling/v2'
import { isJsonObject, type KubeObject } from '@kubetape/apimachinery'
import { behaviorFromText, behaviorText } from './behavior-annotation.ts'
import { metricFromV1, metricStatusFromV1, metricStatusToV1, metricToV1 } from './metric-conversion.ts'

/** What v1 cannot say of an autoscaler, it says in annotations (autoscaling/v1, HorizontalPodAutoscaler). */
export const METRICS_ANNOTATION = 'autoscaling.alpha.kubernetes.io/metrics'
const CURRENT_METRICS_ANNOTATION = 'autoscaling.alpha.kubernetes.io/current-metrics'
const BEHAVIOR_ANNOTATION = 'autoscaling.alpha.kubernetes.io/behavior'
const CONDITIONS_ANNOTATION = 'autoscaling.alpha.kubernetes.io/conditions'
const ANNOTATIONS = [METRICS_ANNOTATION, CURRENT_METRICS_ANNOTATION, BEHAVIOR_ANNOTATION, CONDITIONS_ANNOTATION]

/** Whether a metric is what v1 calls targetCPUUtilizationPercentage. */
const isCpuUtilization = ({ type, resource }: MetricSpec): boolean =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target?.averageUtilization !== undefined

/** An autoscaler of autoscaling/v2 as v1 has it. */
export function toAutoscalerV1(object: Readonly<KubeObject>): KubeObject {
  const { apiVersion: _, metadata, spec, status, ...rest } = object as Autoscaler
  const { metrics = [], behavior, ...plain } = spec ?? {}
  const { currentMetrics, conditions, ...counts } = status ?? {}
  const others = (metrics ?? []).filter((one) => !isCpuUtilization(one))
  const target = (metrics ?? []).find(({ resource }) => resource?.name === 'cpu')?.resource?.target?.averageUtilization
  const current = currentMetrics?.find(({ resource }) => resource?.name === 'cpu')?.resource?.current?.averageUtilization
  const said: Record<string, string> = {
    ...(others.length > 0 ? { [METRICS_ANNOTATION]: JSON.stringify(others.map(metricToV1)) } : {}),
    ...((currentMetrics?.length ?? 0) > 0 ? { [CURRENT_METRICS_ANNOTATION]: JSON.stringify(currentMetrics!.map(metricStatusToV1)) } : {}),
    ...(behavior === undefined ? {} : { [BEHAVIOR_ANNOTATION]: behaviorText(behavior) }),
    ...((conditions?.length ?? 0) > 0 ? { [CONDITIONS_ANNOTATION]: JSON.stringify(conditions) } : {}),
  }
  return {
    ...rest,
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(metadata, said),
    spec: { ...plain, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    ...(status === undefined
      ? {}
      : { status: { ...counts, ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }) } }),
  }
}

/** An autoscaler of autoscaling/v1 as v2 has it. Annotations that cannot be read are passed over. */
export function toAutoscalerV2(object: Readonly<KubeObject>): KubeObject {
  const { apiVersion: _, metadata, spec, status, ...rest } = object as AutoscalerV1
  const { targetCPUUtilizationPercentage: target, ...plain } = spec ?? {}
  const { currentCPUUtilizationPercentage: current, ...counts } = status ?? {}
  const read = (name: string): unknown => parsed(metadata?.annotations?.[name])
  const metrics = [...(target === undefined ? [] : [cpuMetric(target)]), ...listOf(read(METRICS_ANNOTATION)).map(metricFromV1)]
  const behavior = behaviorFromText(read(BEHAVIOR_ANNOTATION)) as HorizontalPodAutoscalerBehavior | undefined
  const currentMetrics = listOf(read(CURRENT_METRICS_ANNOTATION)).map(metricStatusFromV1)
  const conditions = listOf(read(CONDITIONS_ANNOTATION))
  const cpu = current === undefined || currentMetrics.length > 0 ? [] : [cpuStatus(current)]
  return {
    ...rest,
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(metadata, {}),
    spec: { ...plain, ...(metrics.length === 0 ? {} : { metrics }), ...(behavior === undefined ? {} : { behavior }) },
    ...(status === undefined
      ? {}
      : {
          status: {
            ...counts,
            ...(currentMetrics.length + cpu.length === 0 ? {} : { currentMetrics: [...currentMetrics, ...cpu] }),
            ...(conditions.length === 0 ? {} : { conditions }),
          },
        }),
  }
}

/** The metric that v1 calls targetCPUUtilizationPercentage. */
export const cpuMetric = (averageUtilization: number): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
})

const cpuStatus = (averageUtilization: number): object => ({ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization } } })

function withAnnotations(metadata: KubeObject['metadata'], said: Readonly<Record<string, string>>): NonNullable<KubeObject['metadata']> {
  const kept = Object.entries(metadata?.annotations ?? {}).filter(([name]) => !ANNOTATIONS.includes(name))
  const annotations = Object.fromEntries([...kept, ...Object.entries(said)].sort(([a], [b]) => (a < b ? -1 : 1)))
  const { annotations: _, ...rest } = metadata ?? {}
  return Object.keys(annotations).length === 0 ? rest : { ...rest, annotations }
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const listOf = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isJsonObject) : [])
