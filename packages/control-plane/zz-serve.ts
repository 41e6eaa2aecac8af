import { ControlPlane } from './src/index.ts'
const log = (f: object) => ({ debug(){}, info(){}, warn: (m: string, x?: object) => console.log('WARN', m, JSON.stringify(f), JSON.stringify(x)), error: (m: string, x?: object) => console.log('ERROR', m, JSON.stringify(f), JSON.stringify(x)) })
const plane = await ControlPlane.start({ port: 0, tls: false, kubeconfig: '/tmp/try/kubeconfig', tokens: new Map([['usertoken', { name: 'jane', uid: '4', groups: ['dev'] }]]) as never, runtimeConfig: { 'networking.k8s.io/v1beta1': 'true', 'storage.k8s.io/v1beta1': 'true' }, featureGates: 'MultiCIDRServiceAllocator=true,VolumeAttributesClass=true', log: log as never })
console.log('up', plane.url)
setTimeout(() => process.exit(0), 280_000)
