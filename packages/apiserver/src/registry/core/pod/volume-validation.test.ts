import { describe, expect, test } from '@jest/globals'
import { FieldPath } from '@kubetape/apimachinery'
import type { Volume } from '@kubetape/api/types/core/v1'
import { gatesWith, podWith, texts } from './testing/pod-fixture.ts'
import { podValidationOptions } from './validation-options.ts'
import { validateVolumes } from './volume-validation.ts'

const judge = (volumes: object[], switches: Record<string, boolean> = {}): string[] => {
  const pod = podWith(({ spec }) => (spec.volumes = volumes as Volume[]), switches)
  return texts(
    validateVolumes(pod.spec.volumes!, pod.metadata, FieldPath.of('v'), podValidationOptions(undefined, gatesWith(switches), true)).errors,
  )
}
/** Errors of one volume of this source, without its path. */
const source = (fields: object, switches?: Record<string, boolean>): string[] =>
  judge([{ name: 'x', ...fields }], switches).map((text) => text.replace('v[0].', ''))

describe('validateVolumes()', () => {
  test.each<[string, object, string[]]>([
    ['emptyDir', { emptyDir: { sizeLimit: '-1' } }, ['emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity']],
    ['hostPath', { hostPath: { path: '' } }, ['hostPath.path: Required value']],
    [
      'hostPath type',
      { hostPath: { path: '/a/..', type: 'Link' } },
      [
        'hostPath.path: Invalid value: "/a/..": must not contain \'..\'',
        'hostPath.type: Unsupported value: "Link": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
      ],
    ],
    [
      'gitRepo',
      { gitRepo: { repository: '', directory: '/a' } },
      ['gitRepo.repository: Required value', 'gitRepo.directory: Invalid value: "/a": must be a relative path'],
    ],
    [
      'gcePersistentDisk',
      { gcePersistentDisk: { pdName: '', partition: 256 } },
      ['persistentDisk.pdName: Required value', 'persistentDisk.partition: Invalid value: 256: must be between 1 and 255, inclusive'],
    ],
    ['awsElasticBlockStore', { awsElasticBlockStore: { volumeID: '' } }, ['awsElasticBlockStore.volumeID: Required value']],
    [
      'secret',
      { secret: { items: [{ key: '', path: '..x', mode: 512 }] } },
      [
        'secret.secretName: Required value',
        'secret.items[0].key: Required value',
        'secret.items[0].path: Invalid value: "..x": must not start with \'..\'',
        'secret.items[0].mode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
      ],
    ],
    ['nfs', { nfs: { server: '', path: 'a' } }, ['nfs.server: Required value', 'nfs.path: Invalid value: "a": must be an absolute path']],
    [
      'iscsi',
      { iscsi: { targetPortal: '', iqn: 'iqn.bad', lun: 256, chapAuthSession: true } },
      [
        'iscsi.targetPortal: Required value',
        'iscsi.iqn: Invalid value: "iqn.bad": must be valid format',
        'iscsi.lun: Invalid value: 256: must be between 0 and 255, inclusive',
        'iscsi.secretRef: Required value',
      ],
    ],
    [
      'iscsi initiator',
      { iscsi: { targetPortal: 'p'.repeat(63), iqn: 'iqn.2001-04.com.example:x', lun: 0, initiatorName: 'foo' } },
      [
        'iscsi.initiatorname: Invalid value: "foo": must be valid format starting with iqn, eui, or naa',
        'name: Invalid value: "x": Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.',
      ],
    ],
    ['glusterfs', { glusterfs: {} }, ['glusterfs.endpoints: Required value', 'glusterfs.path: Required value']],
    ['flocker', { flocker: {} }, ['flocker: Required value: one of datasetName and datasetUUID is required']],
    ['persistentVolumeClaim', { persistentVolumeClaim: {} }, ['persistentVolumeClaim.claimName: Required value']],
    ['rbd', { rbd: {} }, ['rbd.monitors: Required value', 'rbd.image: Required value']],
    ['cinder', { cinder: { secretRef: {} } }, ['cinder.volumeID: Required value', 'cinder.secretRef.name: Required value']],
    ['cephfs', { cephfs: {} }, ['cephfs.monitors: Required value']],
    [
      'quobyte',
      { quobyte: { registry: 'host', volume: '' } },
      [
        'quobyte.registry: Invalid value: "host": must be a host:port pair or multiple pairs separated by commas',
        'quobyte.volume: Required value',
      ],
    ],
    [
      'fc',
      { fc: { targetWWNs: ['a'], wwids: ['b'] } },
      [
        'fc.targetWWNs: Invalid value: ["a"]: targetWWNs and wwids can not be specified simultaneously',
        'fc.lun: Required value: lun is required if targetWWNs is specified',
      ],
    ],
    [
      'flexVolume',
      { flexVolume: { driver: '', options: { 'a.k8s.io/x': '' } } },
      [
        'flexVolume.driver: Required value',
        'flexVolume.options[a.k8s.io/x]: Invalid value: "a.k8s.io/x": kubernetes.io and k8s.io namespaces are reserved',
      ],
    ],
    ['azureFile', { azureFile: {} }, ['azureFile.secretName: Required value', 'azureFile.shareName: Required value']],
    [
      'azureDisk',
      { azureDisk: { diskName: 'd', diskURI: 'x', kind: 'Managed' } },
      [
        'azureDisk.diskURI: Unsupported value: "x": supported values: "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"',
      ],
    ],
    ['vsphereVolume', { vsphereVolume: {} }, ['vsphereVolume.volumePath: Required value']],
    ['photonPersistentDisk', { photonPersistentDisk: {} }, ['photonPersistentDisk.pdID: Required value']],
    ['portworxVolume', { portworxVolume: {} }, ['portworxVolume.volumeID: Required value']],
    [
      'storageos',
      { storageos: { volumeName: 'A_' } },
      [
        "storageos.volumeName: Invalid value: \"A_\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      ],
    ],
    [
      'scaleIO',
      { scaleIO: {} },
      ['scaleIO.gateway: Required value', 'scaleIO.system: Required value', 'scaleIO.volumeName: Required value'],
    ],
    [
      'csi',
      { csi: { driver: 'd'.repeat(64), nodePublishSecretRef: {} } },
      ['csi.driver: Too long: must have at most 63 bytes', 'csi.nodePublishSecretRef.name: Required value'],
    ],
    ['ephemeral', { ephemeral: {} }, ['ephemeral.volumeClaimTemplate: Required value']],
    [
      'ephemeral template',
      {
        ephemeral: {
          volumeClaimTemplate: {
            metadata: { name: 'n' },
            spec: { accessModes: ['ReadWriteOncePod', 'ReadWriteOnce', 'Any'], resources: { requests: { storage: '0' } } },
          },
        },
      },
      [
        'ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set',
        'ephemeral.volumeClaimTemplate.spec.accessModes: Unsupported value: "Any": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        'ephemeral.volumeClaimTemplate.spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
        'ephemeral.volumeClaimTemplate.spec.resources[storage]: Invalid value: "0": must be greater than zero',
      ],
    ],
    [
      'downwardAPI',
      {
        downwardAPI: {
          items: [
            { path: 'a' },
            { path: 'b', resourceFieldRef: { resource: 'limits.cpu' } },
            { path: '', fieldRef: { fieldPath: 'metadata.name' } },
          ],
        },
      },
      [
        'downwardAPI: Required value: one of fieldRef and resourceFieldRef is required',
        'downwardAPI.resourceFieldRef.containerName: Required value',
        'downwardAPI.path: Required value',
      ],
    ],
    [
      'projected',
      {
        projected: {
          sources: [
            { secret: { name: 's', items: [{ key: 'k', path: 'p' }] } },
            { configMap: { name: 'c', items: [{ key: 'k', path: 'p' }] }, secret: { name: '' } },
            { serviceAccountToken: { path: '', expirationSeconds: 599 } },
          ],
        },
      },
      [
        'projected.sources[1].secret.name: Required value',
        'projected: Invalid value: "c": conflicting duplicate paths',
        'projected.sources[1]: Forbidden: may not specify more than 1 volume type per source',
        'projected.sources[2].serviceAccountToken.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
        'projected.path: Required value',
      ],
    ],
    [
      'trust bundles',
      {
        projected: {
          sources: [
            { clusterTrustBundle: { path: 'a' } },
            { clusterTrustBundle: { name: 'b', labelSelector: {}, path: 'b' } },
            { clusterTrustBundle: { signerName: 'x', path: 'c' } },
          ],
        },
      },
      [
        'projected.sources[0].clusterTrustBundle: Required value: either name or signerName must be specified',
        'projected.sources[1].clusterTrustBundle.labelSelector: Invalid value: {}: labelSelector must be unset if name is specified',
        'projected.sources[2].clusterTrustBundle.signerName: Invalid value: "x": must be a fully qualified domain and path of the form \'example.com/signer-name\'',
      ],
    ],
  ])('refuses an incomplete %s', (_, fields, expected) => {
    expect(source(fields)).toEqual(expected)
  })

  test('judges image volumes when ImageVolume is on', () => {
    expect(source({ image: { reference: '', pullPolicy: 'x' } }, { ImageVolume: true })).toEqual([
      'image.reference: Required value',
      'image.pullPolicy: Unsupported value: "x": supported values: "Always", "IfNotPresent", "Never"',
    ])
    expect(source({ image: { reference: 'app' } }, { ImageVolume: true })).toEqual([])
  })

  test('refuses a second source under the name that upstream gives it', () => {
    expect(source({ emptyDir: {}, cephfs: { monitors: ['a'] }, gcePersistentDisk: { pdName: 'p' }, downwardAPI: {} })).toEqual(
      ['gcePersistentDisk', 'cephFS', 'downwarAPI'].map((field) => `${field}: Forbidden: may not specify more than 1 volume type`),
    )
  })

  test('wants names, each once', () => {
    expect(judge([{ name: '' }, { name: 'a.b' }, { name: 'c' }, { name: 'c' }])).toEqual([
      'v[0].name: Required value',
      'v[1].name: Invalid value: "a.b": must not contain dots',
      'v[3].name: Duplicate value: "c"',
    ])
  })

  test('refuses a claim that an ephemeral volume makes', () => {
    const template = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }
    expect(
      judge([
        { name: 'e', ephemeral: { volumeClaimTemplate: template } },
        { name: 'p', persistentVolumeClaim: { claimName: 'demo-e' } },
      ]),
    ).toEqual([
      'v[1].persistentVolumeClaim.claimName: Invalid value: "demo-e": must not reference a PVC that gets created for an ephemeral volume',
    ])
  })

  test('answers the valid volumes by name', () => {
    const { valid } = validateVolumes(
      [
        { name: 'a', emptyDir: {} },
        { name: 'B', emptyDir: {} },
      ],
      undefined,
      FieldPath.of('v'),
      podValidationOptions(undefined, gatesWith(), true),
    )
    expect([...valid.keys()]).toEqual(['a'])
  })
})
