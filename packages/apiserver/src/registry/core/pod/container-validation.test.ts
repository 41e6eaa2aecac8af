import { describe, expect, test } from '@jest/globals'
import { FieldPath } from '@kubetape/apimachinery'
import type { Container, EphemeralContainer, Pod } from '@kubetape/api/types/core/v1'
import { validatePodSpec } from './pod-validation.ts'
import { gatesWith, podWith, texts } from './testing/pod-fixture.ts'
import { podValidationOptions } from './validation-options.ts'

const judge = (change: (pod: Pod) => void, switches: Record<string, boolean> = {}): string[] => {
  const pod = podWith(change, switches)
  return texts(validatePodSpec(pod.spec, pod.metadata, FieldPath.of('spec'), podValidationOptions(undefined, gatesWith(switches), true)))
}
/** Errors of the main container with these fields, without its path. */
const main = (fields: object, switches?: Record<string, boolean>): string[] =>
  judge(({ spec }) => void Object.assign(spec.containers[0]!, fields), switches).map((text) => text.replace('spec.containers[0].', ''))
const inits = (...containers: Partial<Container>[]): string[] =>
  judge(({ spec }) => void (spec.initContainers = containers.map((one, at) => ({ name: `i${at}`, image: 'x:1', ...one }))))

describe('containers', () => {
  test.each<[string, object, string[]]>([
    ['no name', { name: '' }, ['name: Required value']],
    ['no image', { image: '' }, ['image: Required value']],
    [
      'an unknown pull policy',
      { imagePullPolicy: 'Sometimes' },
      ['imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"'],
    ],
    [
      'an unknown message policy',
      { terminationMessagePolicy: 'x' },
      ['terminationMessagePolicy: Unsupported value: "x": supported values: "File", "FallbackToLogsOnError"'],
    ],
    ['a restart policy', { restartPolicy: 'Always' }, ['restartPolicy: Forbidden: may not be set for non-init containers']],
    [
      'bad ports',
      {
        ports: [
          { containerPort: 0 },
          { containerPort: 70000, hostPort: -1, protocol: 'ICMP', name: 'Web' },
          { containerPort: 1, name: 'a' },
          { containerPort: 2, name: 'a' },
        ],
      },
      [
        'ports[0].containerPort: Required value',
        'ports[1].name: Invalid value: "Web": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
        'ports[1].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
        'ports[1].hostPort: Invalid value: -1: must be between 1 and 65535, inclusive',
        'ports[1].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
        'ports[3].name: Duplicate value: "a"',
      ],
    ],
    [
      'one host port twice',
      {
        ports: [
          { containerPort: 1, hostPort: 9 },
          { containerPort: 2, hostPort: 9 },
        ],
      },
      ['ports[1].hostPort: Duplicate value: "TCP//9"'],
    ],
    [
      'a sleep past the grace period',
      { lifecycle: { preStop: { sleep: { seconds: 31 } } } },
      ['lifecycle.preStop.sleep: Invalid value: 31: must be greater than 0 and less than terminationGracePeriodSeconds (30)'],
    ],
    [
      'two handlers',
      { livenessProbe: { exec: { command: ['a'] }, grpc: { port: 1 } } },
      ['livenessProbe.grpc: Forbidden: may not specify more than 1 handler type'],
    ],
    ['no handler', { startupProbe: {} }, ['startupProbe: Required value: must specify a handler type']],
    [
      'a bad probe',
      {
        livenessProbe: {
          httpGet: { port: 'a--b', scheme: 'ftp', httpHeaders: [{ name: 'a b', value: '' }] },
          successThreshold: 2,
          terminationGracePeriodSeconds: 0,
        },
      },
      [
        'livenessProbe.httpGet.port: Invalid value: "a--b": must not contain consecutive hyphens',
        'livenessProbe.httpGet.scheme: Unsupported value: "ftp": supported values: "HTTP", "HTTPS"',
        "livenessProbe.httpGet.httpHeaders: Invalid value: \"a b\": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
        'livenessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0',
        'livenessProbe.successThreshold: Invalid value: 2: must be 1',
      ],
    ],
    [
      'a grace period of a readiness probe',
      { readinessProbe: { exec: { command: ['a'] }, terminationGracePeriodSeconds: 5 } },
      ['readinessProbe.terminationGracePeriodSeconds: Invalid value: 5: must not be set for readinessProbes'],
    ],
    [
      'bad variables',
      {
        env: [
          { name: '' },
          { name: '1a' },
          { name: 'A', valueFrom: {} },
          { name: 'B', value: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
          { name: 'C', valueFrom: { configMapKeyRef: { name: 'c', key: '' }, secretKeyRef: { name: 's', key: '/' } } },
        ],
      },
      [
        'env[0].name: Required value',
        "env[1].name: Invalid value: \"1a\": a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')",
        'env[2].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
        'env[3].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
        'env[4].valueFrom.configMapKeyRef.key: Required value',
        "env[4].valueFrom.secretKeyRef.key: Invalid value: \"/\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
        'env[4].valueFrom: Invalid value: "": may not have more than one field specified at a time',
      ],
    ],
    [
      'bad fields in variables',
      {
        env: ['metadata.labels', "metadata.name['x']", 'spec.nothing', "metadata.labels['a b']"].map((fieldPath, at) => ({
          name: `V${at}`,
          valueFrom: { fieldRef: { fieldPath } },
        })),
      },
      [
        'env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
        "env[1].valueFrom.fieldRef.fieldPath: Invalid value: \"metadata.name['x']\": error converting fieldPath: field label does not support subscript: metadata.name['x']",
        'env[2].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nothing": error converting fieldPath: field label not supported: spec.nothing',
        "env[3].valueFrom.fieldRef: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
    ],
    [
      'bad amounts in variables',
      {
        env: ['limits.pods', 'limits.cpu'].map((resource, at) => ({
          name: `V${at}`,
          valueFrom: { resourceFieldRef: { resource, divisor: '1k' } },
        })),
      },
      [
        'env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.pods": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"',
        'env[1].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor\'s values 1m and 1 are supported with the cpu resource',
      ],
    ],
    [
      'bad sources of variables',
      {
        envFrom: [
          {},
          { configMapRef: { name: '' } },
          { configMapRef: { name: 'a' }, secretRef: { name: 'b' } },
          { prefix: '=', secretRef: { name: 'a-' } },
        ],
      },
      [
        'envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`',
        'envFrom[1].configMapRef.name: Required value',
        'envFrom: Invalid value: "": may not have more than one field specified at a time',
        "envFrom[3].prefix: Invalid value: \"=\": a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')",
      ],
    ],
  ])('with %s are refused', (_, fields, expected) => {
    expect(main(fields)).toEqual(expected)
  })

  test('may have nearly any variable name when RelaxedEnvironmentVariableValidation is on', () => {
    const env = { env: [{ name: '1 a' }, { name: 'a=b' }] }
    expect(main(env, { RelaxedEnvironmentVariableValidation: true })).toEqual([
      'env[1].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
    ])
  })

  test('have names of their own', () => {
    expect(judge(({ spec }) => void spec.containers.push({ name: 'main', image: 'x:1' }))).toEqual([
      'spec.containers[1].name: Duplicate value: "main"',
    ])
    expect(inits({ name: 'main' }, { name: 'i' }, { name: 'i' })).toEqual([
      'spec.initContainers[0].name: Duplicate value: "main"',
      'spec.initContainers[2].name: Duplicate value: "i"',
    ])
  })

  test('resize as their policies say', () => {
    const policies = [
      { resourceName: 'storage', restartPolicy: 'NotRequired' },
      { resourceName: 'cpu', restartPolicy: 'Maybe' },
      { resourceName: 'cpu', restartPolicy: 'RestartContainer' },
    ]
    expect(main({ resizePolicy: policies })).toEqual([
      'resizePolicy: Unsupported value: storage: supported values: "cpu", "memory"',
      'resizePolicy: Unsupported value: "Maybe": supported values: "NotRequired", "RestartContainer"',
      'resizePolicy[2]: Duplicate value: cpu',
    ])
    expect(
      judge(
        ({ spec }) =>
          void Object.assign(spec, { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x', resizePolicy: policies.slice(2) }] }),
      ),
    ).toEqual([
      "spec.containers[0].resizePolicy: Invalid value: \"RestartContainer\": must be 'NotRequired' when `restartPolicy` is 'Never'",
    ])
  })
})

describe('init containers', () => {
  const probe = { exec: { command: ['a'] } }

  test('have neither hooks nor probes unless they are sidecars', () => {
    const message = 'Forbidden: may not be set for init containers without restartPolicy=Always'
    const fields = { lifecycle: { preStop: probe }, livenessProbe: probe, readinessProbe: probe, startupProbe: probe }
    expect(inits(fields)).toEqual(
      ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'].map((field) => `spec.initContainers[0].${field}: ${message}`),
    )
    expect(inits({ ...fields, restartPolicy: 'Always' })).toEqual([])
  })

  test('know one restart policy only', () => {
    expect(inits({ restartPolicy: 'Never' })).toEqual([
      'spec.initContainers[0].restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ])
  })

  test('may take the same host port one after the other', () => {
    const ports = [{ containerPort: 1, hostPort: 9 }]
    expect(inits({ ports }, { ports })).toEqual([])
  })
})

describe('ephemeral containers', () => {
  const debug = (...containers: Partial<EphemeralContainer>[]): string[] =>
    judge(({ spec }) => void (spec.ephemeralContainers = containers.map((one, at) => ({ name: `e${at}`, image: 'x:1', ...one }))))

  test('have no part in the service of the Pod', () => {
    const message = 'Forbidden: cannot be set for an Ephemeral Container'
    expect(
      debug({
        ports: [{ containerPort: 1 }],
        resources: { limits: { cpu: '1' } },
        readinessProbe: { exec: { command: ['a'] } },
        lifecycle: {},
      }).slice(0, 3),
    ).toEqual(['ports', 'resources', 'readinessProbe'].map((field) => `spec.ephemeralContainers[0].${field}: ${message}`))
  })

  test('are named unlike all others, aim at a container and have no blanks around their image', () => {
    expect(debug({ name: 'main' }, { targetContainerName: 'ghost' }, { targetContainerName: 'e0' }, { image: ' x' })).toEqual([
      'spec.ephemeralContainers[0].name: Duplicate value: "main"',
      'spec.ephemeralContainers[1].targetContainerName: Not found: "ghost"',
      'spec.ephemeralContainers[2].targetContainerName: Not found: "e0"',
      'spec.ephemeralContainers[3].image: Invalid value: " x": must not have leading or trailing whitespace',
    ])
  })

  test('mount no part of a volume', () => {
    const change = ({ spec }: Pod): void => {
      spec.volumes = [{ name: 'v', emptyDir: {} }]
      spec.ephemeralContainers = [{ name: 'e', image: 'x', volumeMounts: [{ name: 'v', mountPath: '/a', subPath: 'b' }] }]
    }
    expect(judge(change)).toEqual([
      'spec.ephemeralContainers[0].volumeMounts[0].subPath: Forbidden: cannot be set for an Ephemeral Container',
    ])
  })
})
