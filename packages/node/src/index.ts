/** Nodes that run Pods: simulated ones whose phases follow a script, with a minimal binder. */
export {}
