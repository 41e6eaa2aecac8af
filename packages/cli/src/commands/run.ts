import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClusterConfig, type HttpClient, KubeconfigError, loadConfig } from '@kubetape/client'
import type { FeatureGateRegistry, Logger } from '@kubetape/component-base'
import {
  applyManifests,
  ControlPlane,
  ControlPlaneOptionError,
  LocalWebhookServer,
  managerLog,
  readManifests,
  SIMULATED_NODES_MAX,
} from '@kubetape/control-plane'
import { EventLogError } from '@kubetape/eventlog'
import { createJournal } from '@kubetape/journal'
import { type OpenRecording, openRecording, type RecordingSource, type RedactionChoice } from '@kubetape/replay'
import type { Controller, Webhook } from '@kubetape/runtime'
import { HttpsWebhookServer, run as runProgram, type RunOptions } from '@kubetape/runtime/node'
import { type Command, Option } from 'commander'
import { loadProgram } from '../add-controllers.ts'
import { checkTapePath } from '../check-tape-path.ts'
import { TAPE_NAME } from '../open-tape.ts'
import { CommandFailed, type Output } from '../output.ts'
import { prepareDataFolder } from '../prepare-data-folder.ts'
import { recordedCluster } from '../recorded-cluster.ts'
import { wholeNumber } from '../whole-number.ts'
import { addFeatureGateFlags, type FeatureGateFlags, featureGatesOf } from './feature-gate-flags.ts'
import { addLogFlags, type LogFlags, loggerOf } from './log-flags.ts'
import { addManagerFlags, type ManagerFlags, managerOptions } from './manager-flags.ts'

interface RunFlags extends FeatureGateFlags, LogFlags, ManagerFlags {
  kubeconfig?: string
  context?: string
  cluster?: readonly string[]
  tape?: string
  redact: RedactionChoice
  embedded?: boolean
  data?: string
  memory?: boolean
  port?: string
  nodes?: string
  apply?: string[]
}

const DATA = './kubetape-data'
const EMBEDDED_ONLY = ['data', 'memory', 'port', 'nodes', 'apply'] as const

export function addRun(program: Command, output: Output): void {
  const command = program
    .command('run')
    .description(
      'Run the controllers and webhooks of a file: on a cluster, recorded on a tape if you like, or on a control plane of their own',
    )
    .argument('<file>', 'module (TypeScript too) whose exports are controllers and webhooks, or functions that return them')
    .optionsGroup('Cluster:')
    .option('--kubeconfig <file>', 'the cluster (default: KUBECONFIG, the service account of the Pod, ~/.kube/config)')
    .option('--context <name>', 'a context of the kubeconfig')
    .addOption(
      new Option(
        '--cluster <name=context>',
        'another cluster, for kinds that are inCluster(name, kind), by its context (repeatable)',
      ).argParser((value: string, all: string[] = []) => [...all, value]),
    )
    .option(
      '--tape <file>',
      'record there what the controllers see and do; continued when it is there. With --embedded: where everything is kept',
    )
    .addOption(
      new Option('--redact <what>', 'what is left out of a recording: what Secrets hold, or nothing')
        .choices(['secrets', 'none'])
        .default('secrets'),
    )
    .optionsGroup('A control plane of their own:')
    .addOption(new Option('--embedded', 'run on a control plane in this process').conflicts(['kubeconfig', 'context', 'cluster']))
    .addOption(
      new Option(
        '--data <folder>',
        `folder of its tape, certificates and kubeconfig; not with --tape or --memory (default: ${DATA})`,
      ).conflicts('tape'),
    )
    .addOption(
      new Option('--memory', 'keep nothing on disk but a kubeconfig, and that as long as it runs; not with --data or --tape').conflicts([
        'data',
        'tape',
      ]),
    )
    .option('--port <number>', 'port that it listens on; 0 for any free one (default: 0)')
    .option('--nodes <count>', 'simulated nodes; with 0 no Pod is scheduled (default: 1)')
    .option(
      '--apply <path>',
      'objects to apply at the start: a YAML or JSON file, or a folder (repeatable)',
      (value, all: string[] = []) => [...all, value],
    )
    .optionsGroup('Options:')
    .action(async (file: string, flags: RunFlags) => runFile(file, flags, output))
  addFeatureGateFlags(addManagerFlags(addLogFlags(command)))
}

async function runFile(file: string, flags: RunFlags, output: Output): Promise<void> {
  const only = EMBEDDED_ONLY.find((flag) => flags[flag] !== undefined)
  if (flags.embedded !== true && only !== undefined) throw new CommandFailed(`Cannot use --${only}: it needs --embedded`, 2)
  if (flags.tape !== undefined) checkTapePath(flags.tape)
  const logger = loggerOf(flags)
  const { gates, warnings } = featureGatesOf(flags, { env: process.env, log: logger })
  const common: RunOptions = { ...managerOptions(flags, flags.embedded === true ? '0' : ':8081'), gates, logger }
  const parts = await loadProgram(file)
  for (const warning of warnings) logger.warn(warning)
  try {
    const cluster = flags.embedded === true ? await embedded(flags, parts, { gates, logger, output }) : await recorded(flags, logger)
    await runProgram(parts, { ...common, webhookServer: new HttpsWebhookServer(webhookPlace(flags)), ...cluster })
  } catch (error) {
    const isQuestion = error instanceof KubeconfigError || error instanceof ControlPlaneOptionError || error instanceof TypeError
    throw isQuestion ? new CommandFailed(error.message, 2, { cause: error }) : error
  }
  const tape = tapeOf(flags)
  if (tape !== undefined) output.out(`Stopped; the tape is ${tape}`)
}

const webhookPlace = ({ webhookCertDir: certDir, webhookPort }: RunFlags): ConstructorParameters<typeof HttpsWebhookServer>[0] => ({
  port: wholeNumber('--webhook-port', webhookPort, 65_535),
  ...(certDir === undefined ? {} : { certDir }),
})

function tapeOf({ tape, embedded: isEmbedded, memory, data = DATA }: RunFlags): string | undefined {
  return tape ?? (isEmbedded === true && memory !== true ? join(data, TAPE_NAME) : undefined)
}

/** The cluster of a kubeconfig; with `--tape`, what is seen and done there is recorded. */
async function recorded({ kubeconfig, context, cluster: others = [], tape, redact }: RunFlags, logger: Logger): Promise<RunOptions> {
  const file = kubeconfig === undefined ? {} : { kubeconfig }
  const cluster = await loadConfig({ ...file, ...(context === undefined ? {} : { context }) })
  logger.debug({ source: cluster.source, server: cluster.server }, 'the cluster was found')
  const elsewhere: Record<string, ClusterConfig> = {}
  for (const [name, context] of others.map(namedContext)) elsewhere[name] = await loadConfig({ ...file, context })
  const clusters: Record<string, HttpClient> = {}
  for (const [name, config] of Object.entries(elsewhere)) clusters[name] = await config.client()
  const close = Object.values(clusters).map((client) => ({ close: () => client.close() }))
  if (tape === undefined) return { cluster, clusters, close }
  const recording = await opened(tape, redact, await sourceOf(cluster, elsewhere, logger), logger)
  return { cluster, clusters, recording: recording.recorder, close: [...close, recording] }
}

/** What the tape says that it is of, so that a later session on another cluster is noticed. */
async function sourceOf(
  cluster: ClusterConfig,
  elsewhere: Readonly<Record<string, ClusterConfig>>,
  logger: Logger,
): Promise<RecordingSource> {
  const unknown = (server: string, why: unknown): void =>
    logger.debug({ server, error: String(why) }, 'the cluster does not say who it is; a recording knows it by its address')
  const clusters: Record<string, RecordingSource> = {}
  for (const [name, config] of Object.entries(elsewhere)) clusters[name] = await recordedCluster(config, unknown)
  return { ...(await recordedCluster(cluster, unknown)), ...(Object.keys(clusters).length === 0 ? {} : { clusters }) }
}

async function opened(path: string, redaction: RedactionChoice, source: RecordingSource, logger: Logger): Promise<OpenRecording> {
  try {
    return await openRecording({
      path,
      redaction,
      source,
      logger: (level, message, fields) => logger[level](fields, message),
      onError: (error) => logger.error({ error: String(error) }, 'nothing is recorded any more'),
    })
  } catch (error) {
    if (!(error instanceof EventLogError) || error.code !== 'LOG_LOCKED') throw error
    throw new CommandFailed(`${error.message}; a program records on a tape of its own, so name a new file`, 1, { cause: error })
  }
}

function namedContext(text: string): [name: string, context: string] {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) throw new CommandFailed(`Cannot use --cluster ${JSON.stringify(text)}: it is not NAME=CONTEXT`, 2)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** A control plane in this process, whose own log is the tape. */
async function embedded(
  flags: RunFlags,
  parts: readonly (Controller | Webhook)[],
  { gates, logger, output }: { readonly gates: FeatureGateRegistry; readonly logger: Logger; readonly output: Output },
): Promise<RunOptions> {
  const { tape, memory, data = DATA } = flags
  const isKept = tape === undefined && memory !== true
  const objects = readManifests(flags.apply ?? [])
  const port = wholeNumber('--port', flags.port ?? '0', 65_535)
  const nodes = wholeNumber('--nodes', flags.nodes ?? '1', SIMULATED_NODES_MAX)
  await using started = new AsyncDisposableStack()
  if (isKept) prepareDataFolder(data)
  // Clients need a kubeconfig even where nothing else is kept.
  const folder = isKept ? data : mkdtempSync(join(tmpdir(), 'kubetape-run-'))
  if (!isKept) started.defer(() => rmSync(folder, { recursive: true, force: true }))
  const plane = await ControlPlane.start({
    ...(isKept ? { data } : { kubeconfig: join(folder, 'kubeconfig') }),
    ...(tape === undefined ? {} : { tape }),
    port,
    nodes,
    gates,
    log: managerLog(logger, ['warn', 'error']),
  })
  started.defer(() => plane.stop())
  const webhooks = parts.filter((one): one is Webhook => !('reconcile' in one))
  const webhookServer = new LocalWebhookServer({ client: plane.client(), webhooks, name: 'kubetape-run' })
  // Of a process that was killed: nobody answers there any more.
  await webhookServer.withdraw()
  await applyManifests(plane.client(), objects)
  const journal = createJournal(plane.log, { onError: (error) => logger.error({ error: String(error) }, 'journal rows were refused') })
  started.defer(async () => {
    await plane.log.flush()
    journal.close()
  })
  output.out(`Kubetape is ready at ${plane.url}`)
  output.out(`export KUBECONFIG=${plane.access.kubeconfig}`)
  const running = started.move()
  return { client: plane.client('kubetape-run'), journal, webhookServer, close: [{ close: () => running.disposeAsync() }] }
}
