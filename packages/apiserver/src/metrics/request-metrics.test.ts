import { describe, expect, test } from '@jest/globals'
import { MetricsRegistry } from '@kubetape/component-base'
import { PriorityAndFairness } from '../flow-control/priority-and-fairness.ts'
import { requestInfo } from '../request/request-info.ts'
import { TestServer } from '../testing/test-server.ts'
import { startWireServer } from '../testing/wire-server.ts'
import { addFlowControlMetrics } from './flow-control-metrics.ts'
import { RequestMetrics } from './request-metrics.ts'
import { addStorageMetrics } from './storage-metrics.ts'

const info = (method: string, path: string, query = '') => requestInfo(method, path, new URLSearchParams(query))

describe('RequestMetrics', () => {
  test('counts requests by what they ask for, and those that last while they do', async () => {
    const registry = new MetricsRegistry()
    const metrics = new RequestMetrics(registry)
    metrics.began(info('POST', '/apis/batch/v1/namespaces/a/jobs'), true)(201, 0.01)
    const over = metrics.began(info('GET', '/api/v1/pods', 'watch=1'), false)
    const text = await registry.text()
    const job =
      'component="apiserver",dry_run="All",group="batch",resource="jobs",scope="namespace",subresource="",verb="POST",version="v1"'
    expect(text).toContain(`apiserver_request_total{code="201",${job}} 1`)
    expect(text).toContain(`apiserver_request_duration_seconds_count{${job}} 1`)
    const watch = 'component="apiserver",group="",resource="pods",scope="cluster",subresource="",verb="WATCH",version="v1"'
    expect(text).toContain(`apiserver_longrunning_requests{${watch}} 1`)
    over(200, 5)
    expect(await registry.text()).toContain(`apiserver_longrunning_requests{${watch}} 0`)
  })
})

describe('RequestMetrics of a server', () => {
  test('have no names that only clients have', async () => {
    const recorder = new MetricsRegistry()
    const server = await startWireServer(undefined, recorder)
    for (const path of ['/api/v1/mine', '/apis/mine/v1/mine', '/api/v1/pods/a/mine', '/mine', '/api/v1/pods']) await server.fetch(path)
    await server.fetch('/mine', { method: 'REPORT' })
    await server.close()
    const text = await recorder.text()
    expect(text).toContain('resource="pods"')
    expect(text).not.toContain('mine')
    expect(text.match(/^apiserver_request_total\{.*resource="",.*verb="(GET|other)".* [1-9]$/gm)).toHaveLength(2)
  })
})

describe('addStorageMetrics() and addFlowControlMetrics()', () => {
  test('say how many objects there are and what flow control does', async () => {
    const server = await TestServer.start()
    const registry = new MetricsRegistry()
    addStorageMetrics(registry, server.registry)
    const flowControl = new PriorityAndFairness({ storage: server.storage, clock: server.clock })
    addFlowControlMetrics(registry, flowControl)
    const user = { name: 'root', groups: ['system:masters'] }
    await flowControl.admit({ user, info: info('GET', '/version'), onGone: () => undefined })
    const text = await registry.text()
    expect(text).toContain('apiserver_storage_objects{resource="namespaces"} 1')
    expect(text).toContain('apiserver_storage_objects{resource="jobs.batch"} 0')
    expect(text).toContain('apiserver_flowcontrol_dispatched_requests_total{flow_schema="exempt",priority_level="exempt"} 1')
    expect(text).toContain('apiserver_flowcontrol_nominal_limit_seats{priority_level="catch-all"} 600')
  })
})
