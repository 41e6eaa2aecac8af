import { type Client, type ClusterConfig, type HttpClientSettings, loadConfig } from '@kubetape/client'
import { featureGates, type Gates } from '@kubetape/client-go-features'
import { createLogger, MetricsRegistry } from '@kubetape/component-base'
import type { Controller } from '../controller.ts'
import { Manager } from '../manager.ts'
import { managerLog, type StructuredLogger } from '../manager-log.ts'
import type { Recording } from '../recording.ts'
import type { RunJournal } from '../run-journal.ts'
import { runMetrics } from '../run-metrics.ts'
import type { Webhook } from '../webhook/webhook-router.ts'
import type { WebhookServer } from '../webhook/webhook-server.ts'
import { HttpsWebhookServer } from './https-webhook-server.ts'
import { leaderElection, type LeaderElectionWish } from './leader-identity.ts'
import { serveManager } from './manager-endpoints.ts'
import { runUntilSignal, type SignalOptions } from './run-until-signal.ts'

export interface RunOptions extends Pick<SignalOptions, 'stopMs' | 'clock' | 'process'> {
  /** The cluster. Default: the one that `loadConfig()` finds. */
  readonly cluster?: ClusterConfig
  /** Stands in for a cluster: a client of a control plane in this process, or of a test. */
  readonly client?: Client
  /** Other clusters by name, for kinds that are `inCluster(name, kind)`. */
  readonly clusters?: Readonly<Record<string, Client>>
  /** Watch only this namespace. Default: all. */
  readonly namespace?: string
  /** Default: those of the process, with what `KUBE_FEATURE_*` says. */
  readonly gates?: Gates
  /** Default: pino on standard error from `info` on, text on a terminal and JSON elsewhere. */
  readonly logger?: StructuredLogger
  /** Where `/metrics` is, `:8080`. Default `0`: nowhere. */
  readonly metricsBindAddress?: string
  /** Where `/healthz`, `/livez` and `/readyz` are, `:8081`. Default `0`: nowhere. */
  readonly healthProbeBindAddress?: string
  /** Act only while this process holds the Lease `id`, which is given up at the end. Default: this process acts alone. */
  readonly leaderElection?: LeaderElectionWish
  /** Serves the webhooks, if there are any. Default: HTTPS on port 9443 with the certificate in the folder that controller-runtime takes. */
  readonly webhookServer?: WebhookServer
  /** Keeps what controllers see and do on a tape of its own: `openRecording({ path }).recorder` of `@kubetape/replay`. */
  readonly recording?: Recording
  /** Writes runs down on the tape of the control plane that `client` belongs to. */
  readonly journal?: RunJournal
  /** What ends after everything else, in this order: a tape, a control plane. */
  readonly close?: SignalOptions['close']
}

/**
 * Runs controllers and webhooks on a cluster until SIGINT or SIGTERM: a whole program in one call. Resolves when everything has ended in order,
 * as `runUntilSignal` says; rejects where there is no cluster, an address cannot be had or leadership is lost, with everything closed.
 */
export async function run(parts: Controller | Webhook | readonly (Controller | Webhook)[], options: RunOptions = {}): Promise<void> {
  const { close = [], logger = createLogger(), metricsBindAddress = '0', healthProbeBindAddress = '0', stopMs, clock, process } = options
  await using started = new AsyncDisposableStack()
  for (const one of close.toReversed()) started.defer(() => one.close())
  const metrics = new MetricsRegistry({ processMetrics: true })
  const cluster = options.client === undefined ? (options.cluster ?? (await loadConfig())) : undefined
  const client = options.client ?? (await connect(cluster!, { metrics, ...(clock === undefined ? {} : { clock }) }, started))
  const all = 'length' in parts ? parts : [parts]
  const manager = newManager({ ...options, client, logger }, metrics, cluster?.namespace).add(...all)
  const endpoints = await serveManager(manager, {
    metrics,
    metricsBindAddress,
    healthProbeBindAddress,
    onFailure: (check, why) => logger.debug({ check }, `a health check failed: ${why}`),
  })
  started.defer(() => endpoints.close())
  logger.info({ controllers: manager.controllers.map(({ name }) => name) }, 'starting')
  await runUntilSignal(manager, {
    ...(stopMs === undefined ? {} : { stopMs }),
    ...(clock === undefined ? {} : { clock }),
    ...(process === undefined ? {} : { process }),
    log: { info: (message) => logger.info({}, message), error: (message) => logger.error({}, message) },
    close: [{ close: () => started.disposeAsync() }],
  })
}

async function connect(cluster: ClusterConfig, settings: HttpClientSettings, started: AsyncDisposableStack): Promise<Client> {
  const client = await cluster.client(settings)
  started.defer(() => client.close())
  return client
}

/** `place` is where the Lease is if nothing else says it. */
function newManager(
  options: RunOptions & { readonly client: Client; readonly logger: StructuredLogger },
  metrics: MetricsRegistry,
  place: string | undefined,
): Manager {
  const {
    client,
    clusters,
    logger,
    gates = featureGates(),
    namespace,
    clock,
    recording,
    journal,
    webhookServer,
    leaderElection: wish,
  } = options
  const where = place === undefined ? {} : { namespace: place }
  return new Manager({
    client,
    gates,
    ...(clusters === undefined ? {} : { clusters }),
    log: managerLog(logger),
    metrics: runMetrics(metrics),
    webhookServer: webhookServer ?? new HttpsWebhookServer(),
    ...(namespace === undefined ? {} : { namespace }),
    ...(clock === undefined ? {} : { clock }),
    ...(recording === undefined ? {} : { recording }),
    ...(journal === undefined ? {} : { journal }),
    ...(wish === undefined ? {} : { leaderElection: leaderElection({ releaseOnCancel: true, ...where, ...wish }) }),
  })
}
