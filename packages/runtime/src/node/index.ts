/** What needs Node.js, for controllers that run on their own: `await run(controller)`, or by hand `serveManager(manager, { metrics })`, `runUntilSignal(manager)`, `new HttpsWebhookServer({ certDir })`. */
export { createLogger, MetricsRegistry } from '@kubetape/component-base'
export { type BindAddress, parseBindAddress } from './bind-address.ts'
export { type HealthCheck, type HealthServer, type HealthServerOptions, startHealthServer } from './health-server.ts'
export { HttpsWebhookServer, type HttpsWebhookServerOptions } from './https-webhook-server.ts'
export { leaderElection, leaderIdentity, type LeaderElectionWish } from './leader-identity.ts'
export { type ManagerEndpoints, type ManagerEndpointsOptions, type ObservedManager, serveManager } from './manager-endpoints.ts'
export { run, type RunOptions } from './run.ts'
export { runUntilSignal, type SignalOptions } from './run-until-signal.ts'
