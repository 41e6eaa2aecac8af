import { join } from 'node:path'
import { parseTokenFile } from '@kubetape/apiserver'
import {
  checkOptions,
  ControlPlane,
  ControlPlaneOptionError,
  type ControlPlaneOptions,
  managerLog,
  SIMULATED_NODES_MAX,
} from '@kubetape/control-plane'
import { type Clock, systemClock } from '@kubetape/determinism'
import { openSqliteReader } from '@kubetape/eventlog/sqlite'
import type { Command } from 'commander'
import { addAddOption, loadControllers } from '../add-controllers.ts'
import { TAPE_NAME } from '../open-tape.ts'
import { CommandFailed, type Output } from '../output.ts'
import { prepareDataFolder } from '../prepare-data-folder.ts'
import { readTextFile } from '../read-text-file.ts'
import { wholeNumber } from '../whole-number.ts'
import { type AccessFlags, accessOptions, addAccessFlags } from './access-flags.ts'
import { addAuditFlags, type AuditFlags, auditOptions } from './audit-flags.ts'
import { addAuthenticationFlags, type AuthenticationFlags, authenticationOptions } from './authentication-flags.ts'
import { addCsiFlags, type CsiFlags, type OwnDriver, startDriver } from './csi-flags.ts'
import { addFeatureGateFlags, type FeatureGateFlags, featureGatesOf } from './feature-gate-flags.ts'
import { addIdentityFlags, type IdentityFlags, identityOptions } from './identity-flags.ts'
import { addLogFlags, type LogFlags, loggerOf } from './log-flags.ts'
import { addVolumeFlags, type VolumeFlags, volumeOptions } from './volume-flags.ts'

interface UpFlags extends AccessFlags, AuditFlags, AuthenticationFlags, CsiFlags, FeatureGateFlags, IdentityFlags, LogFlags, VolumeFlags {
  data: string
  host: string
  port: string
  nodes: string
  runtimeConfig?: string[]
  controllers: string[]
  add?: string[]
  kubeconfig?: string
  serviceClusterIpRange: string
  serviceNodePortRange: string
  tokenAuthFile?: string
  keep?: string
  insecureHttp?: boolean
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

export function addUp(program: Command, output: Output): void {
  const command = program
    .command('up')
    .description('Run the control plane on a tape: API server, controllers and simulated nodes in one process')
    .option('--data <folder>', 'folder of the tape, certificates and kubeconfig', './kubetape-data')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 for any free one', '6443')
    .option('--nodes <count>', 'simulated nodes; with 0 no Pod is scheduled', '1')
    .option('--runtime-config <list>', 'API versions to serve: api/all=true, group/version=true (repeatable)', collect)
    .option(
      '--controllers <names...>',
      "controllers to run, by our names or kube-controller-manager's: * for all that are on by default, name, -name",
      ['*'],
    )
    .option('--kubeconfig <file>', 'where to write the kubeconfig (default: kubeconfig in the data folder)')
    .option(
      '--service-cluster-ip-range <cidr>',
      'range of Service addresses; one of each family with a comma between for dual stack',
      '10.96.0.0/16',
    )
    .option('--service-node-port-range <first-last>', 'ports for Services of type NodePort', '30000-32767')
    .option('--keep <duration>', 'how long history is kept: 90m, 24h, 30d (default: for ever)')
    .option('--insecure-http', 'serve plain HTTP; only on a loopback address')
    .action(async (flags: UpFlags) => up(flags, output))
  const withAccess = addIdentityFlags(
    addAuditFlags(addAccessFlags(addAuthenticationFlags(addFeatureGateFlags(addAddOption(addLogFlags(command)))))),
  )
  addCsiFlags(addVolumeFlags(withAccess))
}

async function up(flags: UpFlags, output: Output): Promise<void> {
  const logger = loggerOf(flags)
  const { gates, warnings } = featureGatesOf(flags, { env: process.env, log: logger })
  const options: ControlPlaneOptions = {
    data: flags.data,
    host: flags.host,
    port: wholeNumber('--port', flags.port, 65_535),
    nodes: wholeNumber('--nodes', flags.nodes, SIMULATED_NODES_MAX),
    tls: flags.insecureHttp !== true,
    controllers: flags.controllers.flatMap((words) => words.split(',')),
    runtimeConfig: keyValues('--runtime-config', flags.runtimeConfig ?? []),
    serviceClusterIpRange: flags.serviceClusterIpRange,
    serviceNodePortRange: flags.serviceNodePortRange,
    log: managerLog(logger),
    add: await loadControllers(flags.add),
    gates,
    ...identityOptions(flags),
    ...accessOptions(flags),
    ...auditOptions(flags),
    ...authenticationOptions(flags),
    ...volumeOptions(flags),
    ...(flags.keep === undefined ? {} : { keepMs: durationMs('--keep', flags.keep) }),
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
    ...(flags.tokenAuthFile === undefined ? {} : { tokens: tokensOf(flags.tokenAuthFile) }),
  }
  for (const warning of warnings) logger.warn(warning)
  const { plane, driver } = await start(options, flags.data, () => startDriver(flags, { data: flags.data, logger }))
  if (driver !== undefined) output.out(driver.line)
  output.out(`Kubetape is ready at ${plane.url}`)
  output.out(`export KUBECONFIG=${plane.access.kubeconfig}`)
  logger.debug({ signal: await interrupted(systemClock()) }, 'stopping')
  try {
    await plane.stop()
  } finally {
    await driver?.stop()
  }
  const path = join(flags.data, TAPE_NAME)
  const changes = headOf(path)
  output.out(`Stopped; the tape is ${path} (${changes} ${changes === 1 ? 'change' : 'changes'})`)
}

function headOf(path: string): number {
  const reader = openSqliteReader({ path })
  try {
    return reader.head()
  } finally {
    reader.close()
  }
}

/** Looks at everything before it makes the folder, so that a wrong word leaves nothing behind. */
async function start(
  options: ControlPlaneOptions,
  data: string,
  startOwn: () => Promise<OwnDriver | undefined>,
): Promise<{ readonly plane: ControlPlane; readonly driver: OwnDriver | undefined }> {
  let driver: OwnDriver | undefined
  try {
    checkOptions(options)
    prepareDataFolder(data)
    driver = await startOwn()
    const csiEndpoints = [...(options.csiEndpoints ?? []), ...(driver === undefined ? [] : [driver.endpoint])]
    return { driver, plane: await ControlPlane.start({ ...options, csiEndpoints }) }
  } catch (error) {
    await driver?.stop()
    if (error instanceof ControlPlaneOptionError || (error instanceof Error && error.name === 'RuntimeConfigError'))
      throw new CommandFailed(error.message, 2, { cause: error })
    throw error
  }
}

function tokensOf(file: string): ReturnType<typeof parseTokenFile> {
  const text = readTextFile('--token-auth-file', file)
  try {
    return parseTokenFile(text, file)
  } catch (error) {
    throw new CommandFailed((error as Error).message, 2, { cause: error })
  }
}

/** A terminal sends Ctrl-C to every process of a command line, and launchers pass theirs on: within this time it is one and the same. */
const SAME_SIGNAL_MS = 1000

/** Resolves with the first SIGINT or SIGTERM; a second one, a second later, ends the process at once. */
function interrupted(clock: Clock): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstMs: number | undefined
    const onSignal = (signal: NodeJS.Signals): void => {
      if (firstMs !== undefined && clock.monotonicMs() - firstMs > SAME_SIGNAL_MS) process.exit(130)
      firstMs ??= clock.monotonicMs()
      resolve(signal)
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function durationMs(flag: string, text: string): number {
  const match = /^(\d{1,9})([smhd])$/.exec(text)
  if (match === null)
    throw new CommandFailed(`Cannot use ${flag} "${text}": it must be a whole number with a unit s, m, h or d, for example 24h`, 2)
  return Number(match[1]) * UNIT_MS[match[2]!]!
}

function keyValues(flag: string, lists: readonly string[]): Record<string, string> {
  const out: Record<string, string> = {}
  for (const pair of lists.flatMap((list) => list.split(',')).filter(Boolean)) {
    const at = pair.indexOf('=')
    if (at < 1) throw new CommandFailed(`Cannot use ${flag} "${pair}": it must be key=value`, 2)
    out[pair.slice(0, at)] = pair.slice(at + 1)
  }
  return out
}
