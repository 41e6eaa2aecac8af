import { ControlPlane } from '@kubetape/control-plane'
import { Namespace, ServiceAccount, ConfigMap } from '@kubetape/api/kinds'
import { controllerFor } from '@kubetape/runtime'
import { readFileSync } from 'node:fs'
const sa = controllerFor(Namespace).named('tmp-sa').reconcile(async ({ name }, { client, lister }) => {
  const ns = lister(Namespace).get('', name)
  if (!ns) return
  if (ns.metadata.deletionTimestamp) {
    const fresh = await client.get(Namespace, { name }); await client.update(Namespace, { ...fresh, spec: { finalizers: [] } } as any, { subresource: 'finalize' }).catch(() => {}); return }
  for (const [k, o] of [[ServiceAccount, { metadata: { name: 'default', namespace: name } }], [ConfigMap, { metadata: { name: 'kube-root-ca.crt', namespace: name }, data: { 'ca.crt': 'x' } }]] as any) await client.create(k, o).catch(() => {})
})
const log = (f: any) => { const w = (l: string) => (m: string, x: any = {}) => console.error(l, m, JSON.stringify({ ...f, ...x })); return { debug: () => {}, info: w('I'), warn: w('W'), error: w('E') } }
const plane = await ControlPlane.start({ data: '/tmp/kt-conf', port: 7444, add: [sa], log, nodes: 0, runtimeConfig: process.argv[3] ? { 'api/all': 'true' } : { 'networking.k8s.io/v1beta1': 'true', 'storage.k8s.io/v1beta1': 'true' }, featureGates: process.argv[2] ?? 'MultiCIDRServiceAllocator=true,VolumeAttributesClass=true', tokens: new Map([['usertoken', { name: 'jane', uid: '4', groups: ['dev'] }]]) })
console.log('up', plane.url)
