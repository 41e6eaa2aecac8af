import type * as v1 from '@kubetape/api/types/autoscaling/v1'
import type * as v2 from '@kubetape/api/types/autoscaling/v2'
import type { KubeObject } from '@kubetape/apimachinery'
import { annotatedSpec, annotatedStatus, type AnnotatedMetric, specOf, statusOf } from './metric-conversion.ts'

/** Where autoscaling/v1 keeps what it has no fields for. */
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics'
const CURRENT_METRICS = 'autoscaling.alpha.kubernetes.io/current-metrics'
const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions'
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior'
const ANNOTATIONS = [METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR]

/** An autoscaler of autoscaling/v2 as v1 shows it: the use of processors in fields of its own, everything else in annotations. */
export function toAutoscalerV1(object: Readonly<KubeObject>): KubeObject {
  const { spec, status, metadata, ...rest } = object as Readonly<v2.HorizontalPodAutoscaler>
  const { metrics = [], behavior, ...common } = spec
  const { currentMetrics, conditions = [], ...counts } = status ?? ({} as v2.HorizontalPodAutoscalerStatus)
  const cpu = metrics.find(({ resource }) => resource?.name === 'cpu')?.resource?.target.averageUtilization
  const currentCpu = currentMetrics?.find(({ resource }) => resource?.name === 'cpu')?.resource?.current.averageUtilization
  const others = metrics.filter((metric) => !isCpuUse(metric))
  const notes: Record<string, string> = {
    ...(others.length === 0 ? {} : { [METRICS]: JSON.stringify(others.map(annotatedSpec)) }),
    ...(!currentMetrics?.length ? {} : { [CURRENT_METRICS]: JSON.stringify(currentMetrics.map(annotatedStatus)) }),
    ...(conditions.length === 0 ? {} : { [CONDITIONS]: JSON.stringify(conditions) }),
    ...(behavior === undefined ? {} : { [BEHAVIOR]: JSON.stringify(behavior) }),
  }
  const annotations = { ...metadata.annotations, ...notes }
  return {
    ...rest,
    apiVersion: 'autoscaling/v1',
    metadata: Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations },
    spec: { ...common, ...(cpu === undefined ? {} : { targetCPUUtilizationPercentage: cpu }) },
    ...(status === undefined
      ? {}
      : { status: { ...counts, ...(currentCpu === undefined ? {} : { currentCPUUtilizationPercentage: currentCpu }) } }),
  }
}

/** The way back. Annotations that cannot be read are dropped. */
export function toAutoscalerV2(object: Readonly<KubeObject>): KubeObject {
  const { spec = {}, status, metadata = {}, ...rest } = object as Readonly<Partial<v1.HorizontalPodAutoscaler>>
  const { targetCPUUtilizationPercentage: cpu, ...common } = spec as v1.HorizontalPodAutoscalerSpec
  const { currentCPUUtilizationPercentage: currentCpu, ...counts } = status ?? ({} as v1.HorizontalPodAutoscalerStatus)
  const notes = metadata.annotations ?? {}
  const others = readList<AnnotatedMetric>(notes[METRICS])?.map(specOf) ?? []
  const metrics = [...(cpu === undefined ? [] : [cpuUse(cpu)]), ...others]
  const current =
    readList<AnnotatedMetric>(notes[CURRENT_METRICS])?.map(statusOf) ?? (currentCpu === undefined ? undefined : [currentCpuUse(currentCpu)])
  const conditions = readList<v2.HorizontalPodAutoscalerCondition>(notes[CONDITIONS])
  const behavior = read(notes[BEHAVIOR])
  return {
    ...rest,
    apiVersion: 'autoscaling/v2',
    metadata: withoutNotes(metadata),
    spec: { ...common, ...(metrics.length === 0 ? {} : { metrics }), ...(behavior === undefined ? {} : { behavior }) },
    ...(status === undefined
      ? {}
      : { status: { ...counts, currentMetrics: current ?? null, ...(conditions === undefined ? {} : { conditions }) } }),
  }
}

function withoutNotes(metadata: v1.HorizontalPodAutoscaler['metadata']): v1.HorizontalPodAutoscaler['metadata'] {
  if (metadata.annotations === undefined || !ANNOTATIONS.some((name) => name in metadata.annotations!)) return metadata
  const { annotations, ...rest } = metadata
  const left = Object.entries(annotations).filter(([name]) => !ANNOTATIONS.includes(name))
  return left.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(left) }
}

const isCpuUse = ({ type, resource }: v2.MetricSpec): boolean =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined

const cpuUse = (averageUtilization: number): v2.MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
})

const currentCpuUse = (averageUtilization: number): v2.MetricStatus => ({
  type: 'Resource',
  resource: { name: 'cpu', current: { averageUtilization } },
})

function read(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function readList<T>(text: string | undefined): T[] | undefined {
  const value = read(text)
  return Array.isArray(value) ? (value as T[]) : undefined
}
