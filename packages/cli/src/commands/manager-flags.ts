import { parseBindAddress, type RunOptions } from '@kubetape/runtime/node'
import type { Command } from 'commander'
import { CommandFailed } from '../output.ts'

/** Flags about a manager, named as those of kubebuilder's projects. */
export interface ManagerFlags {
  namespace?: string
  metricsBindAddress: string
  healthProbeBindAddress?: string
  leaderElect?: boolean
  leaderElectionId?: string
  leaderElectionNamespace?: string
  webhookCertDir?: string
  webhookPort: string
}

export function addManagerFlags(command: Command): Command {
  return command
    .optionsGroup('Manager:')
    .option('-n, --namespace <name>', 'watch only this namespace')
    .option('--metrics-bind-address <address>', 'where /metrics is, such as :8080; 0 for nowhere', '0')
    .option(
      '--health-probe-bind-address <address>',
      'where /healthz, /livez and /readyz are; 0 for nowhere (default: :8081, with --embedded 0)',
    )
    .option('--leader-elect', 'act only while this process holds a Lease')
    .option('--leader-election-id <name>', 'name of the Lease')
    .option('--leader-election-namespace <name>', 'namespace of the Lease (default: that of the Pod or of the context)')
    .option('--webhook-cert-dir <folder>', 'folder of tls.crt and tls.key (default: k8s-webhook-server/serving-certs of temporary files)')
    .option('--webhook-port <number>', 'where webhooks are served', '9443')
}

/** What these flags say, where `probes` is where the probes are if nothing is said; throws a CommandFailed that names a flag. */
export function managerOptions(flags: ManagerFlags, probes: string): RunOptions {
  const { namespace, metricsBindAddress, healthProbeBindAddress = probes, leaderElect, leaderElectionId: id } = flags
  if (leaderElect === true && id === undefined)
    throw new CommandFailed('Cannot use --leader-elect: --leader-election-id must name the Lease', 2)
  for (const address of [metricsBindAddress, healthProbeBindAddress]) checkAddress(address)
  const at = flags.leaderElectionNamespace
  return {
    ...(namespace === undefined ? {} : { namespace }),
    metricsBindAddress,
    healthProbeBindAddress,
    ...(leaderElect !== true || id === undefined ? {} : { leaderElection: { id, ...(at === undefined ? {} : { namespace: at }) } }),
  }
}

function checkAddress(text: string): void {
  try {
    parseBindAddress(text)
  } catch (error) {
    throw new CommandFailed((error as Error).message, 2, { cause: error })
  }
}
