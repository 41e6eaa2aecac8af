import { describe, expect, test } from '@jest/globals'
import type { PodTemplateSpec, Volume } from '@kubetape/api/types/core/v1'
import { defaultPod, defaultPodTemplate } from './pod-defaults.ts'
import { gatesWith, podWith, rawPod } from './testing/pod-fixture.ts'

const CONTAINER = {
  name: 'main',
  image: 'app:1',
  imagePullPolicy: 'IfNotPresent',
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
}

describe('defaultPod()', () => {
  test('fills in the smallest Pod', () => {
    expect(podWith().spec).toEqual({
      containers: [CONTAINER],
      dnsPolicy: 'ClusterFirst',
      enableServiceLinks: true,
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
    })
  })

  test('changes nothing when it runs again', () => {
    const pod = podWith(({ spec }) => {
      spec.hostNetwork = true
      spec.containers[0]!.ports = [{ containerPort: 80 }]
      spec.containers[0]!.resources = { limits: { cpu: '1' } }
      spec.volumes = [{ name: 'v' }]
    })
    const once = structuredClone(pod)
    defaultPod(pod, gatesWith())
    expect(pod).toEqual(once)
  })

  test('asks for what is limited, in init containers too', () => {
    const { spec } = podWith(({ spec: given }) => {
      given.containers[0]!.resources = { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '1' } }
      given.initContainers = [{ name: 'i', image: 'x:1', resources: { limits: { memory: '1Gi' } } }]
    })
    expect(spec.containers[0]!.resources!.requests).toEqual({ cpu: '1', memory: '1Gi' })
    expect(spec.initContainers![0]!.resources!.requests).toEqual({ memory: '1Gi' })
  })

  test('opens container ports on the host when the Pod is on its network', () => {
    const { spec } = podWith(({ spec: given }) => {
      given.hostNetwork = true
      given.containers[0]!.ports = [{ containerPort: 80 }]
    })
    expect(spec.containers[0]!.ports).toEqual([{ containerPort: 80, hostPort: 80, protocol: 'TCP' }])
  })

  test('sets resize policies for what is asked for when InPlacePodVerticalScaling is on', () => {
    const pod = podWith(({ spec }) => (spec.containers[0]!.resources = { limits: { memory: '1Gi' }, requests: { cpu: '1' } }), {
      InPlacePodVerticalScaling: true,
    })
    expect(pod.spec.containers[0]!.resizePolicy).toEqual([
      { resourceName: 'cpu', restartPolicy: 'NotRequired' },
      { resourceName: 'memory', restartPolicy: 'NotRequired' },
    ])
  })

  test('makes a negative grace period one second', () => {
    expect(podWith(({ spec }) => (spec.terminationGracePeriodSeconds = -1)).spec.terminationGracePeriodSeconds).toBe(1)
  })

  test('keeps the two names of the ServiceAccount the same', () => {
    expect(podWith(({ spec }) => (spec.serviceAccount = 'old')).spec).toMatchObject({ serviceAccount: 'old', serviceAccountName: 'old' })
    expect(podWith(({ spec }) => Object.assign(spec, { serviceAccount: 'old', serviceAccountName: 'new' })).spec).toMatchObject({
      serviceAccount: 'new',
      serviceAccountName: 'new',
    })
  })

  test('lets the single address of a status win over the list', () => {
    expect(podWith((pod) => (pod.status = { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.2' }] })).status!.podIPs).toEqual([
      { ip: '10.0.0.1' },
    ])
    expect(podWith((pod) => (pod.status = { podIPs: [{ ip: '10.0.0.2' }] })).status!.podIP).toBe('10.0.0.2')
  })

  test('drops annotations of alpha init containers', () => {
    expect(
      podWith(({ metadata }) => (metadata.annotations = { 'pod.beta.kubernetes.io/init-containers': '[]' })).metadata.annotations,
    ).toBeUndefined()
  })

  test('fills in probes and hooks of every container', () => {
    const { spec } = podWith(({ spec: given }) => {
      Object.assign(given.containers[0]!, {
        readinessProbe: { httpGet: { port: 80 } },
        lifecycle: { postStart: { httpGet: { port: 'web' } } },
      })
    })
    expect(spec.containers[0]).toMatchObject({
      readinessProbe: {
        httpGet: { path: '/', port: 80, scheme: 'HTTP' },
        timeoutSeconds: 1,
        periodSeconds: 10,
        successThreshold: 1,
        failureThreshold: 3,
      },
      lifecycle: { postStart: { httpGet: { path: '/', port: 'web', scheme: 'HTTP' } } },
    })
  })

  test.each<[string, Volume, object]>([
    ['a volume without a source', { name: 'v' }, { emptyDir: {} }],
    ['hostPath', { name: 'v', hostPath: { path: '/a' } }, { hostPath: { path: '/a', type: '' } }],
    ['configMap', { name: 'v', configMap: { name: 'c' } }, { configMap: { name: 'c', defaultMode: 420 } }],
    ['secret', { name: 'v', secret: { secretName: 's', defaultMode: 256 } }, { secret: { secretName: 's', defaultMode: 256 } }],
    [
      'downwardAPI',
      { name: 'v', downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      { downwardAPI: { defaultMode: 420, items: [{ path: 'l', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.labels' } }] } },
    ],
    [
      'a projected token',
      { name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
      { projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }] } },
    ],
    [
      'ephemeral',
      { name: 'v', ephemeral: { volumeClaimTemplate: { spec: {} } } },
      { ephemeral: { volumeClaimTemplate: { spec: { volumeMode: 'Filesystem' } } } },
    ],
  ])('fills in %s', (_, volume, expected) => {
    expect(podWith(({ spec }) => (spec.volumes = [volume])).spec.volumes).toEqual([{ name: 'v', ...expected }])
  })

  test('gives an image volume a pull policy when ImageVolume is on', () => {
    const pod = (on: boolean): unknown =>
      podWith(({ spec }) => (spec.volumes = [{ name: 'v', image: { reference: 'data' } }]), { ImageVolume: on }).spec.volumes
    expect(pod(true)).toEqual([{ name: 'v', image: { reference: 'data', pullPolicy: 'Always' } }])
    expect(pod(false)).toEqual([{ name: 'v', image: { reference: 'data' } }])
  })
})

describe('defaultPodTemplate()', () => {
  test('fills in what templates have and leaves to Pods what is theirs', () => {
    const { spec: given } = rawPod(({ spec }) => {
      spec.containers[0]!.resources = { limits: { cpu: '1' } }
      spec.terminationGracePeriodSeconds = -1
      spec.hostNetwork = true
      spec.containers[0]!.ports = [{ containerPort: 80 }]
    })
    const template: PodTemplateSpec = { spec: given }
    defaultPodTemplate(template, gatesWith())
    expect(template.spec).toEqual({
      containers: [{ ...CONTAINER, resources: { limits: { cpu: '1' } }, ports: [{ containerPort: 80, protocol: 'TCP' }] }],
      dnsPolicy: 'ClusterFirst',
      hostNetwork: true,
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: -1,
    })
  })

  test('makes an empty spec where there is none', () => {
    const template: PodTemplateSpec = {}
    defaultPodTemplate(template, gatesWith())
    expect(template.spec).toMatchObject({ containers: [], restartPolicy: 'Always' })
  })
})
