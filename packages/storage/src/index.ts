/** Kubernetes objects over the log: compare-and-set, commits of several objects, list and watch at a revision, the watch cache. */
export {}
