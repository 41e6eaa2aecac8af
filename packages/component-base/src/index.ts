/** What every component shares: --feature-gates, the shim to client-go-features, the pino logger, the metrics registry. */
export {}
