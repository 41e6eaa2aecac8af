import type { MetricSpec, MetricStatus } from '@kubetape/api/types/autoscaling/v2'

type Fields = Record<string, unknown>

/** Members that are there. */
function given(fields: Readonly<Fields>): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''))
}

/** A metric as the annotations of autoscaling/v1 say it (API reference of old, MetricSpec v1). */
export function metricToV1({ type, object, pods, resource, containerResource, external }: Readonly<MetricSpec>): Fields {
  return given({
    type,
    object:
      object &&
      given({
        target: object.describedObject,
        metricName: object.metric?.name,
        targetValue: object.target?.value ?? '0',
        selector: object.metric?.selector,
        averageValue: object.target?.averageValue,
      }),
    pods:
      pods &&
      given({ metricName: pods.metric?.name, targetAverageValue: pods.target?.averageValue ?? '0', selector: pods.metric?.selector }),
    resource:
      resource &&
      given({
        name: resource.name,
        targetAverageUtilization: resource.target?.averageUtilization,
        targetAverageValue: resource.target?.averageValue,
      }),
    containerResource:
      containerResource &&
      given({
        name: containerResource.name,
        targetAverageUtilization: containerResource.target?.averageUtilization,
        targetAverageValue: containerResource.target?.averageValue,
        container: containerResource.container,
      }),
    external:
      external &&
      given({
        metricName: external.metric?.name,
        metricSelector: external.metric?.selector,
        targetValue: external.target?.value,
        targetAverageValue: external.target?.averageValue,
      }),
  })
}

/** The other way round; what kind of target it is follows from what it says. */
export function metricFromV1(metric: Readonly<Fields>): MetricSpec {
  const { type, object, pods, resource, containerResource, external } = metric as Record<string, Fields | undefined>
  const ofResource = (source: Fields): Fields => ({
    target: given({
      type: source['targetAverageUtilization'] === undefined ? 'AverageValue' : 'Utilization',
      averageUtilization: source['targetAverageUtilization'],
      averageValue: source['targetAverageValue'],
    }),
  })
  return given({
    type,
    object: object && {
      describedObject: object['target'],
      metric: given({ name: object['metricName'], selector: object['selector'] }),
      target: object['averageValue']
        ? { type: 'AverageValue', averageValue: object['averageValue'] }
        : given({ type: 'Value', value: object['targetValue'] }),
    },
    pods: pods && {
      metric: given({ name: pods['metricName'], selector: pods['selector'] }),
      target: given({ type: 'AverageValue', averageValue: pods['targetAverageValue'] }),
    },
    resource: resource && { name: resource['name'], ...ofResource(resource) },
    containerResource: containerResource && {
      name: containerResource['name'],
      container: containerResource['container'],
      ...ofResource(containerResource),
    },
    external: external && {
      metric: given({ name: external['metricName'], selector: external['metricSelector'] }),
      target: given({
        type: external['targetValue'] === undefined ? 'AverageValue' : 'Value',
        value: external['targetValue'],
        averageValue: external['targetAverageValue'],
      }),
    },
  }) as unknown as MetricSpec
}

/** What was measured, as the annotations of autoscaling/v1 say it. */
export function metricStatusToV1({ type, object, pods, resource, containerResource, external }: Readonly<MetricStatus>): Fields {
  const ofResource = (source: NonNullable<typeof resource>): Fields => ({
    name: source.name,
    currentAverageUtilization: source.current?.averageUtilization,
    currentAverageValue: source.current?.averageValue ?? '0',
  })
  return given({
    type,
    object:
      object &&
      given({
        target: object.describedObject,
        metricName: object.metric?.name,
        currentValue: object.current?.value ?? '0',
        selector: object.metric?.selector,
        averageValue: object.current?.averageValue,
      }),
    pods:
      pods &&
      given({ metricName: pods.metric?.name, currentAverageValue: pods.current?.averageValue ?? '0', selector: pods.metric?.selector }),
    resource: resource && given(ofResource(resource)),
    containerResource: containerResource && given({ ...ofResource(containerResource), container: containerResource.container }),
    external:
      external &&
      given({
        metricName: external.metric?.name,
        metricSelector: external.metric?.selector,
        currentValue: external.current?.value ?? '0',
        currentAverageValue: external.current?.averageValue,
      }),
  })
}

/** The other way round. */
export function metricStatusFromV1(metric: Readonly<Fields>): Fields {
  const { type, object, pods, resource, containerResource, external } = metric as Record<string, Fields | undefined>
  const ofResource = (source: Fields): Fields => ({
    name: source['name'],
    current: given({ averageUtilization: source['currentAverageUtilization'], averageValue: source['currentAverageValue'] }),
  })
  return given({
    type,
    object: object && {
      describedObject: object['target'],
      metric: given({ name: object['metricName'], selector: object['selector'] }),
      current: given({ value: object['currentValue'], averageValue: object['averageValue'] }),
    },
    pods: pods && {
      metric: given({ name: pods['metricName'], selector: pods['selector'] }),
      current: given({ averageValue: pods['currentAverageValue'] }),
    },
    resource: resource && ofResource(resource),
    containerResource: containerResource && { ...ofResource(containerResource), container: containerResource['container'] },
    external: external && {
      metric: given({ name: external['metricName'], selector: external['metricSelector'] }),
      current: given({ value: external['currentValue'], averageValue: external['currentAverageValue'] }),
    },
  })
}
