import type { MetricSpec, MetricStatus } from '@kubetape/api/types/autoscaling/v2'

type Fields = Record<string, unknown>

/** Where a metric's numbers stand: in what is wanted of it, and in what was measured. */
type Part = 'target' | 'current'

/** One field of a source of metrics, in v1 and as a path in v2. */
interface Pair {
  readonly v1: string
  readonly v2: readonly [string, string?]
  /** Where v1 says 0 rather than nothing. */
  readonly zeroIn?: readonly Part[]
}

const BOTH: readonly Part[] = ['target', 'current']

/** `targetAverageValue` in v1 is `target.averageValue` in v2, and `currentAverageValue` is `current.averageValue`. */
const number = (part: Part, name: string, zeroIn: readonly Part[] = []): Pair => ({
  v1: part + name[0]!.toUpperCase() + name.slice(1),
  v2: [part, name],
  zeroIn,
})

/** The fields of each source in the order in which v1 prints them (API reference of old, MetricSpec and MetricStatus of autoscaling/v2beta1). */
const sources = (part: Part): Readonly<Record<string, readonly Pair[]>> => ({
  object: [
    { v1: 'target', v2: ['describedObject'] },
    { v1: 'metricName', v2: ['metric', 'name'] },
    number(part, 'value', BOTH),
    { v1: 'selector', v2: ['metric', 'selector'] },
    { v1: 'averageValue', v2: [part, 'averageValue'] },
  ],
  pods: [{ v1: 'metricName', v2: ['metric', 'name'] }, number(part, 'averageValue', BOTH), { v1: 'selector', v2: ['metric', 'selector'] }],
  resource: [{ v1: 'name', v2: ['name'] }, number(part, 'averageUtilization'), number(part, 'averageValue', ['current'])],
  containerResource: [
    { v1: 'name', v2: ['name'] },
    number(part, 'averageUtilization'),
    number(part, 'averageValue', ['current']),
    { v1: 'container', v2: ['container'] },
  ],
  external: [
    { v1: 'metricName', v2: ['metric', 'name'] },
    { v1: 'metricSelector', v2: ['metric', 'selector'] },
    number(part, 'value', ['current']),
    number(part, 'averageValue'),
  ],
})

const SOURCES = { target: sources('target'), current: sources('current') } as const

/** A metric as the annotations of autoscaling/v1 say it. */
export const metricToV1 = (metric: Readonly<MetricSpec>): Fields => toV1(metric, 'target')

/** What was measured, as the annotations of autoscaling/v1 say it. */
export const metricStatusToV1 = (metric: Readonly<MetricStatus>): Fields => toV1(metric, 'current')

/** The other way round; what kind of target it is follows from what it says. */
export function metricFromV1(metric: Readonly<Fields>): MetricSpec {
  const converted = fromV1(metric, 'target')
  for (const [name, source] of Object.entries(converted)) {
    if (!isFields(source)) continue
    const numbers = source['target'] as Fields
    const type = targetTypeOf(name, numbers)
    source['target'] = { type, ...(name === 'object' && type === 'AverageValue' ? { averageValue: numbers['averageValue'] } : numbers) }
  }
  return converted as unknown as MetricSpec
}

/** The other way round. */
export const metricStatusFromV1 = (metric: Readonly<Fields>): Fields => fromV1(metric, 'current')

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const isGiven = (value: unknown): boolean => value !== undefined && value !== ''

function targetTypeOf(source: string, { value, averageValue, averageUtilization }: Readonly<Fields>): string {
  if (source === 'object') return isGiven(averageValue) ? 'AverageValue' : 'Value'
  if (averageUtilization !== undefined) return 'Utilization'
  return value === undefined ? 'AverageValue' : 'Value'
}

function toV1(metric: Readonly<Fields>, part: Part): Fields {
  return convert(metric, part, (source, pairs) => {
    const converted: Fields = {}
    for (const { v1, v2, zeroIn = [] } of pairs) {
      const [first, second] = v2
      const outer = source[first]
      const value = second === undefined ? outer : isFields(outer) ? outer[second] : undefined
      const said = value ?? (zeroIn.includes(part) ? '0' : undefined)
      if (isGiven(said)) converted[v1] = said
    }
    return converted
  })
}

function fromV1(metric: Readonly<Fields>, part: Part): Fields {
  return convert(metric, part, (source, pairs) => {
    const converted: Fields = {}
    for (const {
      v1,
      v2: [first, second],
    } of pairs) {
      const value = source[v1]
      if (second === undefined) converted[first] = value
      else converted[first] = { ...(converted[first] as Fields | undefined), ...(isGiven(value) ? { [second]: value } : {}) }
    }
    return converted
  })
}

/** The type of a metric, and each of its sources that is there. */
function convert(metric: Readonly<Fields>, part: Part, one: (source: Fields, pairs: readonly Pair[]) => Fields): Fields {
  const converted: Fields = isGiven(metric['type']) ? { type: metric['type'] } : {}
  for (const [name, pairs] of Object.entries(SOURCES[part])) {
    const source = metric[name]
    if (isFields(source)) converted[name] = one(source, pairs)
  }
  return converted
}
