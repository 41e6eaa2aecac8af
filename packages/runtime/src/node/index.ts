/** What needs Node.js: `startHealthServer({ port, checks, metrics })` for controllers that run on their own. */
export { type HealthCheck, type HealthServer, type HealthServerOptions, startHealthServer } from './health-server.ts'
