import { IPAddress, Service, ServiceCIDR } from '@kubetape/api/kinds'
import { isNotFound } from '@kubetape/apimachinery'
import { clientFromKubeconfig, type HttpClient } from '@kubetape/client'
import { type Command, Option } from 'commander'
import { CommandFailed, type Output } from '../output.ts'
import { type AddressRow, type RangeRow, type ScannedCluster, scanServices } from '../service-scan.ts'
import { Table } from '../table.ts'

interface ServicesFlags {
  kubeconfig?: string
  context?: string
  output?: 'json'
  headers: boolean
}

export function addServices(program: Command, output: Output): void {
  program
    .command('services')
    .description('Show the ranges of Service addresses and who has which address; it fails when they do not agree')
    .option('--kubeconfig <file>', 'the cluster to ask (default: KUBECONFIG, the service account of the Pod, ~/.kube/config)')
    .option('--context <name>', 'a context of the kubeconfig')
    .addOption(new Option('-o, --output <format>').choices(['json']))
    .option('--no-headers', 'no headings')
    .action((flags: ServicesFlags) => services(flags, output))
}

async function services(flags: ServicesFlags, output: Output): Promise<void> {
  const { kubeconfig, context } = flags
  const client = await clientFromKubeconfig({
    ...(kubeconfig === undefined ? {} : { path: kubeconfig }),
    ...(context === undefined ? {} : { context }),
  })
  try {
    const cluster = await read(client)
    const { ranges, addresses } = scanServices(cluster)
    if (flags.output === 'json') output.out(JSON.stringify({ ranges, addresses }, null, 4))
    else {
      if (cluster.objects === undefined) output.err('No ranges: this cluster serves no ServiceCIDRs of networking.k8s.io/v1beta1')
      printRanges(ranges, flags, output)
      if (ranges.length > 0 && addresses.length > 0) output.out('')
      printAddresses(addresses, flags, output)
    }
    const wrong = addresses.filter(({ finding }) => finding !== undefined).length
    if (wrong > 0)
      throw new CommandFailed(
        `Cannot confirm that Services and addresses agree: ${wrong} ${wrong === 1 ? 'address does' : 'addresses do'} not`,
      )
  } finally {
    client.close()
  }
}

/** All as of one moment, so that nothing that is being made or deleted looks wrong. */
async function read(client: HttpClient): Promise<ScannedCluster> {
  const first = await client.list(Service)
  const moment = { resourceVersion: first.metadata.resourceVersion ?? '', resourceVersionMatch: 'Exact' } as const
  try {
    const [cidrs, addresses] = await Promise.all([client.list(ServiceCIDR, moment), client.list(IPAddress, moment)])
    return { services: first.items, objects: { cidrs: cidrs.items, addresses: addresses.items } }
  } catch (error) {
    if (!isNotFound(error)) throw error
    return { services: first.items, objects: undefined }
  }
}

const NONE = '<none>'

function printRanges(ranges: readonly RangeRow[], { headers }: ServicesFlags, output: Output): void {
  const cells = ranges.map(({ range, name, size, used, free, staticBand, state }) => [
    range,
    name,
    ...[size, used, free, staticBand].map(String),
    state,
  ])
  for (const line of new Table(['RANGE', 'NAME', 'SIZE', 'USED', 'FREE', 'STATIC', 'STATE'], { headers }).lines(cells)) output.out(line)
}

function printAddresses(addresses: readonly AddressRow[], { headers }: ServicesFlags, output: Output): void {
  if (addresses.length === 0) output.err('No addresses found')
  const cells = addresses.map(({ address, ranges, owners, finding = '' }) => [address, list(ranges), list(owners), finding])
  for (const line of new Table(['ADDRESS', 'RANGES', 'OWNERS', 'FINDING'], { headers }).lines(cells)) output.out(line)
}

const list = (words: readonly string[]): string => (words.length === 0 ? NONE : words.join(','))
