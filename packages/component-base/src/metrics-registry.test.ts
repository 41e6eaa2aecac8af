import { describe, expect, test } from '@jest/globals'
import { METRICS_CONTENT_TYPE, MetricsRegistry } from './metrics-registry.ts'
import { type Metrics, noMetrics } from './metrics.ts'

describe('text()', () => {
  test('writes counters, gauges and histograms in the text format, by name and label values', async () => {
    const metrics = new MetricsRegistry()
    const requests = metrics.counter({ name: 'requests_total', help: 'Requests', labelNames: ['verb', 'code'] })
    requests.with({ verb: 'GET', code: '200' }).inc()
    requests.with({ verb: 'PUT', code: '"409"\n' }).inc(2.5)
    requests.with({ code: '200', verb: 'GET' }).inc()
    const level = metrics.gauge({ name: 'level', help: 'Level' })
    level.with().set(5)
    level.with().inc()
    level.with().dec(3)
    const took = metrics.histogram({ name: 'took_seconds', help: 'Time', buckets: [0.1, 1], labelNames: ['verb'] }).with({ verb: 'GET' })
    for (const value of [0.1, 0.5, 3]) took.observe(value)
    expect(await metrics.text()).toBe(`# HELP level Level
# TYPE level gauge
level 3

# HELP requests_total Requests
# TYPE requests_total counter
requests_total{code="\\"409\\"\\n",verb="PUT"} 2.5
requests_total{code="200",verb="GET"} 2

# HELP took_seconds Time
# TYPE took_seconds histogram
took_seconds_bucket{verb="GET",le="0.1"} 1
took_seconds_bucket{verb="GET",le="1"} 2
took_seconds_bucket{verb="GET",le="+Inf"} 3
took_seconds_sum{verb="GET"} 3.6
took_seconds_count{verb="GET"} 3
`)
  })

  test('reads gauges when asked, the newest reader of the same labels', async () => {
    const metrics = new MetricsRegistry()
    let depth = 1
    const gauge = metrics.gauge({ name: 'depth', help: 'Depth', labelNames: ['name'] })
    gauge.read({ name: 'job' }, () => -1)
    gauge.read({ name: 'job' }, () => depth)
    depth = 7
    expect(await metrics.text()).toContain('\ndepth{name="job"} 7\n')
  })

  test('shows what the process uses when wanted', async () => {
    const metrics = new MetricsRegistry({ processMetrics: true })
    metrics.counter({ name: 'a_total', help: 'A' }).with().inc()
    await metrics.text()
    const text = await metrics.text()
    expect(text).toContain('a_total 1')
    expect(text.match(/^# TYPE process_cpu_seconds_total counter$/gm)).toHaveLength(1)
    expect(await new MetricsRegistry().text()).not.toContain('process_')
  })

  test('has the media type that prom-client has', async () => {
    const { Registry } = await import('prom-client')
    expect(METRICS_CONTENT_TYPE).toBe(Registry.PROMETHEUS_CONTENT_TYPE)
  })
})

describe('counter(), gauge(), histogram()', () => {
  test('answer the same metric when asked again', async () => {
    const metrics = new MetricsRegistry()
    for (const labelNames of [
      ['a', 'b'],
      ['b', 'a'],
    ]) {
      metrics.counter({ name: 'x_total', help: 'X', labelNames }).with({ a: '1', b: '2' }).inc()
    }
    expect(await metrics.text()).toContain('x_total{a="1",b="2"} 2')
  })

  test('refuse a name that is taken otherwise', () => {
    const metrics = new MetricsRegistry()
    metrics.counter({ name: 'x', help: 'X', labelNames: ['a'] })
    const message = 'Cannot register metric "x": it is a counter with the labels [a] already'
    expect(() => metrics.gauge({ name: 'x', help: 'X', labelNames: ['a'] })).toThrow(message)
    expect(() => metrics.counter({ name: 'x', help: 'X' })).toThrow(message)
  })

  test('refuse bad names, bad buckets, missing labels and falling counters', () => {
    const metrics = new MetricsRegistry()
    expect(() => metrics.counter({ name: 'a-b', help: '' })).toThrow('Cannot register metric "a-b": the name is not one of Prometheus')
    expect(() => metrics.histogram({ name: 'h', help: '', buckets: [1, 1] })).toThrow('its buckets are not ascending and finite')
    expect(() => metrics.counter({ name: 'c', help: '', labelNames: ['verb'] }).with({})).toThrow(
      'Cannot label metric "c": label "verb" has no value',
    )
    expect(() => metrics.counter({ name: 'd', help: '' }).with().inc(-1)).toThrow('Cannot increase a counter: -1 is below 0')
  })
})

describe('noMetrics', () => {
  test('takes everything', () => {
    const metrics: Metrics = noMetrics
    metrics.counter({ name: 'a', help: '' }).with().inc()
    metrics.gauge({ name: 'a', help: '' }).read({}, () => 1)
    metrics.histogram({ name: 'a', help: '' }).with({}).observe(1)
  })
})
