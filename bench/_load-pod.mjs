// The Pod of the load: about 3 kB once the server has completed it.
const pad = 'x'.repeat(2200)

export const pod = (name, namespace, labels = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: { app: 'load', ...labels }, annotations: { pad } },
  spec: {
    containers: [
      { name: 'main', image: 'busybox:1.36', command: ['sleep', '3600'], resources: { requests: { cpu: '10m', memory: '16Mi' } } },
    ],
    nodeSelector: { none: 'none' },
  },
})
