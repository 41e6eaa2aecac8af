import { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/kinds'
import type * as core from '@kubetape/api/types/core/v1'
import { Quantity, quantityOf } from '@kubetape/apimachinery'
import { clientFromKubeconfig, type HttpClient } from '@kubetape/client'
import {
  checkCsiEndpoints,
  connectCsiDriver,
  type ConnectedCsiDriver,
  CsiError,
  listAllVolumes,
  type ScannedClaim,
  type ScannedDriver,
  type ScannedVolume,
  scanVolumes,
  type VolumeRow,
} from '@kubetape/csi'
import { type Clock, systemClock } from '@kubetape/determinism'
import { type Command, Option } from 'commander'
import { CommandFailed, type Output } from '../output.ts'
import { Table } from '../table.ts'

interface VolumesFlags {
  csiEndpoint?: string[]
  kubeconfig?: string
  context?: string
  output?: 'json'
  headers: boolean
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

export function addVolumes(program: Command, output: Output, clock: Clock = systemClock()): void {
  program
    .command('volumes')
    .description('Show claims, volumes and what CSI drivers really have; it fails when a volume is leaked or missing')
    .option('--csi-endpoint <socket>', 'driver to ask for its volumes: unix:///path/to.sock (repeatable)', collect)
    .option('--kubeconfig <file>', 'the cluster to ask (default: KUBECONFIG, the service account of the Pod, ~/.kube/config)')
    .option('--context <name>', 'a context of the kubeconfig')
    .addOption(new Option('-o, --output <format>').choices(['json']))
    .option('--no-headers', 'no headings')
    .action((flags: VolumesFlags) => volumes(flags, output, clock))
}

async function volumes(flags: VolumesFlags, output: Output, clock: Clock): Promise<void> {
  const { csiEndpoint: endpoints = [], kubeconfig, context } = flags
  checkEndpoints(endpoints)
  const client = await clientFromKubeconfig({
    ...(kubeconfig === undefined ? {} : { path: kubeconfig }),
    ...(context === undefined ? {} : { context }),
  })
  const drivers: ConnectedCsiDriver[] = []
  try {
    for (const endpoint of endpoints) drivers.push(await connectNow(endpoint, clock))
    refuseTwins(drivers)
    const rows = await scan(client, drivers)
    print(rows, flags, output)
    const wrong = (['leak', 'missing'] as const).map((finding) => rows.filter((row) => row.finding === finding).length)
    if (wrong.some((count) => count > 0))
      throw new CommandFailed(`Cannot confirm that volumes and storage agree: ${wrong[0]} leaked, ${wrong[1]} missing`)
  } finally {
    for (const driver of drivers) driver.close()
    client.close()
  }
}

function checkEndpoints(endpoints: readonly string[]): void {
  try {
    checkCsiEndpoints(endpoints)
  } catch (error) {
    throw new CommandFailed((error as Error).message, 2, { cause: error })
  }
}

/** Waits for no driver that is not there. */
async function connectNow(endpoint: string, clock: Clock): Promise<ConnectedCsiDriver> {
  const first = new AbortController()
  return connectCsiDriver({ endpoint, clock, signal: first.signal, onWaiting: (error) => first.abort(error) })
}

function refuseTwins(drivers: readonly ConnectedCsiDriver[]): void {
  const names = drivers.map(({ info }) => info.name)
  const twin = names.find((name, index) => names.indexOf(name) !== index)
  if (twin !== undefined) throw new CommandFailed(`Cannot tell volumes of ${twin} apart: two drivers have this name`, 2)
}

async function scan(client: HttpClient, drivers: readonly ConnectedCsiDriver[]): Promise<VolumeRow[]> {
  const list = (): Promise<Awaited<ReturnType<typeof listAllVolumes>>[]> => Promise.all(drivers.map(listed))
  const before = await list()
  const [claims, volumes] = await Promise.all([client.list(PersistentVolumeClaim), client.list(PersistentVolume)])
  const after = await list()
  const scanned = drivers.map(({ info }, index): [string, ScannedDriver] => [
    info.name,
    { before: before[index] ?? [], after: after[index] ?? [] },
  ])
  return scanVolumes({ claims: claims.items.map(claimOf), volumes: volumes.items.map(volumeOf), drivers: new Map(scanned) })
}

async function listed(driver: ConnectedCsiDriver): ReturnType<typeof listAllVolumes> {
  try {
    return await listAllVolumes(driver)
  } catch (error) {
    if (!(error instanceof CsiError)) throw error
    throw new CommandFailed(`Cannot list the volumes of ${driver.info.name}: ${error.message}`, 1, { cause: error })
  }
}

function claimOf({ metadata, spec, status }: core.PersistentVolumeClaim): ScannedClaim {
  const { namespace = '', name = '' } = metadata ?? {}
  return { namespace, name, phase: status?.phase ?? 'Pending', volumeName: spec?.volumeName ?? '' }
}

function volumeOf({ metadata, spec = {}, status }: core.PersistentVolume): ScannedVolume {
  const { claimRef, csi, capacity } = spec
  return {
    name: metadata?.name ?? '',
    phase: status?.phase ?? 'Pending',
    capacityBytes: Number(quantityOf(capacity?.['storage']).value()),
    driver: csi?.driver ?? sourceOf(spec),
    isDeleting: metadata?.deletionTimestamp !== undefined,
    ...(claimRef === undefined ? {} : { claim: `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}` }),
    ...(csi === undefined ? {} : { handle: csi.volumeHandle }),
  }
}

/** Fields of a PersistentVolume's spec that say nothing of what kind it is. */
const NO_SOURCE = new Set(['capacity', 'claimRef', 'nodeAffinity'])

/** The kind of a volume that no CSI driver makes, named as its field: `hostPath`, `nfs` … */
function sourceOf(spec: core.PersistentVolumeSpec): string {
  return (
    Object.entries(spec).find(([field, value]) => !NO_SOURCE.has(field) && !Array.isArray(value) && typeof value === 'object')?.[0] ?? ''
  )
}

const HEADINGS = ['CLAIM', 'VOLUME', 'STATUS', 'CAPACITY', 'DRIVER', 'HANDLE', 'REAL', 'FINDING']
const NONE = '<none>'

function print(rows: readonly VolumeRow[], { output: format, headers }: VolumesFlags, output: Output): void {
  if (format === 'json') {
    output.out(JSON.stringify({ items: rows }, null, 4))
    return
  }
  if (rows.length === 0) output.err('No volumes found')
  const cells = rows.map(
    ({ claim = NONE, volume = NONE, phase = NONE, capacityBytes, driver = NONE, handle = NONE, realBytes, finding, message }) => [
      claim,
      volume,
      phase,
      size(capacityBytes),
      driver,
      handle,
      // Nothing is known of what nobody was asked for.
      realBytes === null ? NONE : realBytes === undefined ? '' : size(realBytes),
      finding === undefined ? '' : `${finding}: ${message}`,
    ],
  )
  for (const line of new Table(HEADINGS, { headers }).lines(cells)) output.out(line)
}

function size(bytes: number | undefined): string {
  return bytes === undefined ? '' : new Quantity(BigInt(bytes), 0, 'BinarySI').toString()
}
