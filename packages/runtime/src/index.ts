/** What controller authors import. Start with `controllerFor(Kind).owns(Other).reconcile(fn)` and run it with a `Manager`. */
export { codeDigest } from './code-digest.ts'
export {
  type Controller,
  ControllerBuilder,
  controllerFor,
  type ControllerOptions,
  type FollowedWatches,
  kindId,
  type KindLookup,
  kindsOf,
  type Watch,
  type WatchOptions,
} from './controller.ts'
export { checkedElection, type Election, type LeaderElectionOptions } from './leader-election/election-options.ts'
export { type Fence, fencedClient, NotLeading } from './leader-election/fence.ts'
export { type ElectorEnvironment, LeaderElector } from './leader-election/leader-elector.ts'
export { LeaderElectionLost } from './leader-election/leader-election-lost.ts'
export { Manager } from './manager.ts'
export type { ManagerOptions } from './manager-options.ts'
export {
  bucketRateLimiter,
  defaultControllerRateLimiter,
  exponentialRateLimiter,
  maxOfRateLimiter,
  type RateLimiter,
} from '@kubetape/workqueue'
export {
  type ApplyOptions,
  type OutsideCall,
  type PatchOptions,
  type Reconcile,
  type ReconcileContext,
  type ReconcileRequest,
  type ReconcileResult,
  type RunLog,
  TerminalError,
} from './reconcile.ts'
export type { Lister } from './lister.ts'
export { and, annotationsChanged, generationChanged, labelsChanged, or, type Predicate } from './predicate.ts'
export { type EventSource, keysOf, type SourceContext, timerSource } from './event-source.ts'
export type { Finalizing } from './finalizing.ts'
export { controllerReference } from './owner-reference.ts'
export { hasFinalizer, withFinalizer, withoutFinalizer } from './finalizer.ts'
export { clientOfClusters, inCluster } from './other-cluster.ts'
export { type EventDetails, eventRequest, type PublishEvent } from './event-request.ts'
export { guardedIndexes } from './guarded-indexes.ts'
export { type OutsideReading, outsideAnswer } from './outside-reading.ts'
export { ownWrite } from './own-write.ts'
export type { Recording } from './recording.ts'
export { noJournal, type RunJournal } from './run-journal.ts'
export type { RunAnswer, RunBegin, RunEnd, RunReadings, RunRequest, Trigger } from '@kubetape/journal'
export { executeRun, type RunInputs, type RunOutcome } from './run.ts'
export { RunClient } from './run-client.ts'
export { managerLog, type StructuredLogger } from './manager-log.ts'
export { type MetricsPort, type RunMetrics, runMetrics } from './run-metrics.ts'
export type { AdmissionOperation, AdmissionRequest } from './webhook/admission-request.ts'
export { type Decision, denied } from './webhook/admission-review.ts'
export {
  type AdmissionWebhook,
  type AdmissionWebhookOptions,
  type MutatingHandler,
  mutatingWebhook,
  type MutatingWebhookOptions,
  type Objection,
  type ReviewContext,
  type ValidatingHandlers,
  validatingWebhook,
} from './webhook/admission-webhook.ts'
export { type ConversionWebhook, conversionWebhook, type SpokeVersion } from './webhook/conversion-webhook.ts'
export {
  registerWebhooks,
  type WebhookConfigurationOptions,
  webhookConfigurations,
  type WebhookConfigurations,
  type WebhookPlace,
} from './webhook/webhook-configurations.ts'
export { WebhookMetrics } from './webhook/webhook-metrics.ts'
export {
  CONVERSION_PATH,
  REVIEW_BYTES_MAX,
  type Webhook,
  type WebhookCall,
  type WebhookEnvironment,
  type WebhookReply,
  WebhookRouter,
} from './webhook/webhook-router.ts'
export type { WebhookServer } from './webhook/webhook-server.ts'
export { type Kind, kindOf } from '@kubetape/apimachinery'
export { KindNotServed, resolveKind } from '@kubetape/client'
