/** The Kubernetes API over storage: generic registry, strategies, admission, discovery, OpenAPI, authentication, HTTP(S) and the in-process Client. */
export {}
