import { type BindAddress, parseBindAddress } from './bind-address.ts'
import { type HealthCheck, type HealthServer, type HealthServerOptions, startHealthServer } from './health-server.ts'

/** What the endpoints need of a Manager. */
export interface ObservedManager {
  /** Whether informers have synced and webhooks are answered. */
  readonly ready: boolean
}

/** Names and defaults are those of the flags that kubebuilder's projects have. */
export interface ManagerEndpointsOptions {
  /** What `/metrics` shows: `MetricsRegistry` of component-base fits. Without it there are no metrics. */
  readonly metrics?: { text(): string | Promise<string> }
  /** Where `/metrics` is. `0`: nowhere. Default `:8080`. */
  readonly metricsBindAddress?: string
  /** Where `/healthz`, `/livez` and `/readyz` are. `0`: nowhere. Default `:8081`. */
  readonly healthProbeBindAddress?: string
  /** Checks beside `ping` and `informer-sync`. */
  readonly checks?: readonly HealthCheck[]
  readonly onFailure?: (check: string, why: string) => void
}

export interface ManagerEndpoints {
  /** Undefined where it is switched off. */
  readonly metricsPort: number | undefined
  readonly healthPort: number | undefined
  close(): Promise<void>
}

/**
 * Serves what a Manager shows of itself: metrics on one address, probes on another, both on one server where the addresses are the same.
 * `/readyz` answers 500 until informers have synced and webhooks are answered; a process that waits for leadership is ready.
 *
 * @throws when an address is none or cannot be had; nothing listens then
 */
export async function serveManager(manager: ObservedManager, options: ManagerEndpointsOptions = {}): Promise<ManagerEndpoints> {
  const { metrics, metricsBindAddress = ':8080', healthProbeBindAddress = ':8081', checks = [], onFailure } = options
  const metricsAt = metrics === undefined ? undefined : parseBindAddress(metricsBindAddress)
  const healthAt = parseBindAddress(healthProbeBindAddress)
  const synced: HealthCheck = {
    name: 'informer-sync',
    probes: ['readyz'],
    check: () => (manager.ready ? undefined : 'informers have not synced or webhooks are not served yet'),
  }
  const text = metrics === undefined ? {} : { metrics: () => metrics.text() }
  const health: HealthServerOptions = { checks: [synced, ...checks], ...(onFailure === undefined ? {} : { onFailure }) }
  const together = metricsAt !== undefined && healthAt !== undefined && metricsBindAddress === healthProbeBindAddress && healthAt.port !== 0
  await using started = new AsyncDisposableStack()
  const listen = async (at: BindAddress, what: HealthServerOptions): Promise<HealthServer> => {
    const server = await startHealthServer({ ...what, port: at.port, ...(at.host === undefined ? {} : { host: at.host }) })
    started.defer(() => server.close())
    return server
  }
  const probes = healthAt && (await listen(healthAt, together ? { ...health, ...text } : health))
  const shown = together ? probes : metricsAt && (await listen(metricsAt, { ...text, probes: false }))
  const running = started.move()
  return { metricsPort: shown?.port, healthPort: probes?.port, close: () => running.disposeAsync() }
}
