/** What needs Node.js, for controllers that run on their own: `startHealthServer({ port, checks, metrics })`, `new HttpsWebhookServer({ certDir })`. */
export { type HealthCheck, type HealthServer, type HealthServerOptions, startHealthServer } from './health-server.ts'
export { HttpsWebhookServer, type HttpsWebhookServerOptions } from './https-webhook-server.ts'
