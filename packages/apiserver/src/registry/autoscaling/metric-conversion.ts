import type { CrossVersionObjectReference } from '@kubetape/api/types/autoscaling/v1'
import type { MetricIdentifier, MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from '@kubetape/api/types/autoscaling/v2'

type Selector = MetricIdentifier['selector']
type Amount = NonNullable<MetricTarget['value']>

/** A metric as annotations of autoscaling/v1 hold it: what that version has no fields for. `target…` in specs is `current…` in statuses. */
export interface AnnotatedMetric {
  type: string
  object?: { target: CrossVersionObjectReference; metricName: string; selector?: Selector; averageValue?: Amount } & Amounts
  pods?: { metricName: string; selector?: Selector } & Amounts
  resource?: { name: string } & Amounts
  containerResource?: { name: string; container: string } & Amounts
  external?: { metricName: string; metricSelector?: Selector } & Amounts
}

interface Amounts {
  targetValue?: Amount
  targetAverageValue?: Amount
  targetAverageUtilization?: number
  currentValue?: Amount
  currentAverageValue?: Amount
  currentAverageUtilization?: number
}

type Given = { value?: Amount; averageValue?: Amount; averageUtilization?: number }

/** The metric of a spec as an annotation holds it. */
export function annotatedSpec({ type, object, pods, resource, containerResource, external }: MetricSpec): AnnotatedMetric {
  const metric: AnnotatedMetric = { type }
  const target = ({ value, averageValue, averageUtilization }: MetricTarget): Amounts =>
    present({ targetValue: value, targetAverageValue: averageValue, targetAverageUtilization: averageUtilization })
  if (object !== undefined) metric.object = { target: object.describedObject, ...objectParts(object.metric, object.target, 'targetValue') }
  if (pods !== undefined) metric.pods = { ...named(pods.metric), ...target(pods.target) }
  if (resource !== undefined) metric.resource = { name: resource.name, ...target(resource.target) }
  if (containerResource !== undefined)
    metric.containerResource = { name: containerResource.name, ...target(containerResource.target), container: containerResource.container }
  if (external !== undefined) metric.external = { ...namedExternal(external.metric), ...target(external.target) }
  return metric
}

/** The metric of a status as an annotation holds it. */
export function annotatedStatus({ type, object, pods, resource, containerResource, external }: MetricStatus): AnnotatedMetric {
  const metric: AnnotatedMetric = { type }
  const current = ({ value, averageValue, averageUtilization }: MetricValueStatus): Amounts =>
    present({ currentValue: value, currentAverageValue: averageValue, currentAverageUtilization: averageUtilization })
  if (object !== undefined)
    metric.object = { target: object.describedObject, ...objectParts(object.metric, object.current, 'currentValue') }
  if (pods !== undefined) metric.pods = { ...named(pods.metric), ...current(pods.current) }
  if (resource !== undefined) metric.resource = { name: resource.name, ...current(resource.current) }
  if (containerResource !== undefined)
    metric.containerResource = {
      name: containerResource.name,
      ...current(containerResource.current),
      container: containerResource.container,
    }
  if (external !== undefined) metric.external = { ...namedExternal(external.metric), ...current(external.current) }
  return metric
}

/** The metric of a spec that an annotation holds. */
export function specOf(metric: AnnotatedMetric): MetricSpec {
  return withParts(metric, 'target', (amounts) => {
    const given = present({
      value: amounts.targetValue,
      averageValue: amounts.targetAverageValue ?? (amounts as { averageValue?: Amount }).averageValue,
      averageUtilization: amounts.targetAverageUtilization,
    })
    return { type: targetType(given), ...given }
  }) as unknown as MetricSpec
}

/** The metric of a status that an annotation holds. */
export function statusOf(metric: AnnotatedMetric): MetricStatus {
  return withParts(metric, 'current', (amounts) =>
    present({
      value: amounts.currentValue,
      averageValue: amounts.currentAverageValue ?? (amounts as { averageValue?: Amount }).averageValue,
      averageUtilization: amounts.currentAverageUtilization,
    }),
  ) as unknown as MetricStatus
}

function withParts(
  { type, object, pods, resource, containerResource, external }: AnnotatedMetric,
  amount: string,
  read: (amounts: Amounts) => Given,
): object {
  const metricOf = (name: string, selector: Selector): MetricIdentifier => ({ name, ...(selector === undefined ? {} : { selector }) })
  return present({
    type,
    object: object && { describedObject: object.target, metric: metricOf(object.metricName, object.selector), [amount]: read(object) },
    pods: pods && { metric: metricOf(pods.metricName, pods.selector), [amount]: read(pods) },
    resource: resource && { name: resource.name, [amount]: read(resource) },
    containerResource: containerResource && {
      name: containerResource.name,
      container: containerResource.container,
      [amount]: read(containerResource),
    },
    external: external && { metric: metricOf(external.metricName, external.metricSelector), [amount]: read(external) },
  })
}

function targetType({ averageValue, averageUtilization }: Given): string {
  if (averageUtilization !== undefined) return 'Utilization'
  return averageValue === undefined ? 'Value' : 'AverageValue'
}

function objectParts(
  metric: MetricIdentifier,
  { value, averageValue }: Given,
  amount: 'targetValue' | 'currentValue',
): { metricName: string; selector?: Selector; averageValue?: Amount } & Amounts {
  return { ...named(metric), ...present({ [amount]: value ?? '0', averageValue }) }
}

const named = ({ name, selector }: MetricIdentifier): { metricName: string; selector?: Selector } => ({
  metricName: name,
  ...(selector === undefined ? {} : { selector }),
})

const namedExternal = ({ name, selector }: MetricIdentifier): { metricName: string; metricSelector?: Selector } => ({
  metricName: name,
  ...(selector === undefined ? {} : { metricSelector: selector }),
})

/** An object without members that are undefined. */
function present<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
