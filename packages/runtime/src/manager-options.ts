import type { Client } from '@kubetape/client'
import type { Gates } from '@kubetape/client-go-features'
import type { Clock, Random, UidSource } from '@kubetape/determinism'
import type { Tracer } from '@opentelemetry/api'
import type { LeaderElectionOptions } from './leader-election/election-options.ts'
import type { RunLog } from './reconcile.ts'
import type { Recording } from './recording.ts'
import type { RunJournal } from './run-journal.ts'
import type { RunMetrics } from './run-metrics.ts'
import type { WebhookServer } from './webhook/webhook-server.ts'

/** How a Manager is made: the API that it works on, and what it shall do beside running controllers. */
export interface ManagerOptions {
  readonly client: Client
  /** Other clusters by name, for kinds that are `inCluster(name, kind)`. Events and the Lease of leader election stay in the one of `client`. */
  readonly clusters?: Readonly<Record<string, Client>>
  readonly gates: Gates
  /** Makes a logger that adds `fields` to every line. Default: silent. */
  readonly log?: (fields: Record<string, unknown>) => RunLog
  readonly clock?: Clock
  readonly random?: Random
  readonly uids?: UidSource
  /** Default: runs are not recorded. */
  readonly journal?: RunJournal
  /** Keeps what the controllers see, do and are answered on a tape of its own; stands in for `journal`. Default: nothing is kept. */
  readonly recording?: Recording
  readonly metrics?: RunMetrics
  /** Makes the spans of runs and their requests. Default: that of the OpenTelemetry SDK of the process; without one none are made. */
  readonly tracer?: Tracer
  /** In which form events are published: `events.k8s.io/v1` (default), or `v1` as kube-controller-manager does. */
  readonly events?: 'events.k8s.io/v1' | 'v1'
  /** Which process this is, for events: at most 128 characters. Default: the name of the controller that reports. */
  readonly identity?: string
  /** Serves the webhooks that are added; without one none can be. */
  readonly webhookServer?: WebhookServer
  /** Watch only this namespace. Default: all. */
  readonly namespace?: string
  /** Freeze what informers hold, so that a controller that changes a shared object fails at once. Default false. */
  readonly mutationDetector?: boolean
  /**
   * Compete with other processes for a Lease: informers warm up, controllers wait until this one leads. When the Lease is lost, the manager stops
   * and `done` rejects. Default: none, this process acts alone.
   */
  readonly leaderElection?: LeaderElectionOptions
}
