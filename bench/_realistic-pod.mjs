// A Pod as a Deployment of a real cluster has them: about 5 kB of JSON once the server has completed it, and nothing that is the same text in
// every one of them beyond what a template gives.
const probe = (path) => ({ httpGet: { path, port: 8080 }, initialDelaySeconds: 5, periodSeconds: 10 })

export const realisticPod = (name, namespace, at) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace,
    labels: {
      app: `app-${at % 40}`,
      'pod-template-hash': `5d4f8c7b9${at % 10}`,
      tier: 'backend',
      'app.kubernetes.io/version': `1.${at % 7}.0`,
    },
    annotations: { 'prometheus.io/scrape': 'true', 'checksum/config': (at * 2_654_435_761).toString(16).padStart(40, 'a') },
  },
  spec: {
    containers: [
      {
        name: 'main',
        image: `registry.example.com/team-${at % 12}/app-${at % 40}:1.${at % 7}.0`,
        args: ['--listen=:8080', '--log-level=info', `--shard=${at}`],
        env: [
          { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
          { name: 'DATABASE_URL', value: `postgres://app-${at % 40}.databases.svc:5432/app` },
        ],
        ports: [{ name: 'http', containerPort: 8080 }],
        resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        livenessProbe: probe('/healthz'),
        readinessProbe: probe('/readyz'),
        volumeMounts: [{ name: 'config', mountPath: '/etc/app', readOnly: true }],
      },
      {
        name: 'proxy',
        image: 'registry.example.com/mesh/proxy:2.14.1',
        args: ['sidecar'],
        ports: [{ name: 'mesh', containerPort: 15001 }],
      },
    ],
    volumes: [{ name: 'config', configMap: { name: `app-${at % 40}-config` } }],
    tolerations: [{ key: 'spot', operator: 'Exists', effect: 'NoSchedule' }],
    nodeSelector: { none: 'none' },
  },
})
