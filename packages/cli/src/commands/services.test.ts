import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IPAddress, Service } from '@kubetape/api/kinds'
import { ControlPlane, type ControlPlaneOptions } from '@kubetape/control-plane'
import { run } from '../program.ts'
import { MemoryOutput } from '../testing/memory-output.ts'

/** What reads kubeconfigs takes seconds to load on a busy machine. */
const LOADING_MS = 60_000
const GATED = {
  featureGates: 'MultiCIDRServiceAllocator=true',
  runtimeConfig: { 'networking.k8s.io/v1beta1': 'true' },
  serviceClusterIpRange: '10.0.0.0/29',
}

const folder = mkdtempSync(join(tmpdir(), 'kubetape-services-'))
let output: MemoryOutput

const services = (...flags: string[]): Promise<number> => run(['services', '--kubeconfig', join(folder, 'kubeconfig'), ...flags], output)

async function withCluster(options: ControlPlaneOptions, work: (plane: ControlPlane) => Promise<void>): Promise<void> {
  const plane = await ControlPlane.start({ data: folder, port: 0, controllers: [], ...options })
  try {
    await plane
      .client()
      .create(Service, { metadata: { namespace: 'default', name: 'web' }, spec: { clusterIP: '10.0.0.2', ports: [{ port: 80 }] } })
    await work(plane)
  } finally {
    await plane.stop()
    rmSync(folder, { recursive: true })
  }
}

afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(() => {
  output = new MemoryOutput()
})

describe('kubetape services', () => {
  test(
    'shows ranges, and addresses with their owners; fails where they do not agree',
    () =>
      withCluster(GATED, async (plane) => {
        expect(await services()).toBe(0)
        expect(output.outLines).toEqual([
          'RANGE         NAME         SIZE   USED   FREE   STATIC   STATE',
          '10.0.0.0/29   kubernetes   6      2      4      0        Ready',
          '',
          'ADDRESS    RANGES        OWNERS               FINDING',
          '10.0.0.1   10.0.0.0/29   default/kubernetes',
          '10.0.0.2   10.0.0.0/29   default/web',
        ])
        await plane.client().delete(IPAddress, { name: '10.0.0.2' })
        output = new MemoryOutput()
        expect(await services('-o', 'json')).toBe(1)
        expect(JSON.parse(output.outLines.join('\n'))).toMatchObject({
          ranges: [{ range: '10.0.0.0/29', name: 'kubernetes', size: 6, used: 2, free: 4, staticBand: 0, state: 'Ready' }],
          addresses: [{ address: '10.0.0.1' }, { address: '10.0.0.2', owners: ['default/web'], finding: 'missing' }],
        })
        expect(output.errLines).toEqual(['error: Cannot confirm that Services and addresses agree: 1 address does not'])
      }),
    LOADING_MS,
  )

  test(
    'shows addresses alone where no ranges are served',
    () =>
      withCluster({ serviceClusterIpRange: '10.0.0.0/29' }, async () => {
        expect(await services('--no-headers')).toBe(0)
        expect(output.outLines).toEqual(['10.0.0.1   <none>   default/kubernetes', '10.0.0.2   <none>   default/web'])
        expect(output.errLines).toEqual(['No ranges: this cluster serves no ServiceCIDRs of networking.k8s.io/v1beta1'])
      }),
    LOADING_MS,
  )
})
