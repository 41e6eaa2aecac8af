import type { Pod } from '@kubetape/api/types/core/v1'
import type { RegistryEnvironment } from '../environment.ts'
import type { SubresourceHandler } from '../registry.ts'
import { type ContainerLog, kubeletOf, type Kubelets } from './kubelets.ts'
import { logOptions } from './log-options.ts'
import { LogPrinter } from './log-printer.ts'
import { parentPod } from './parent-pod.ts'
import { chosenContainer } from './pod-containers.ts'

const PODS = { group: '', resource: 'pods' } as const

/** Where a log that goes on is written to. */
export interface LogSink {
  write(text: string): void
  end(): void
}

/** A log as it is answered. */
export interface LogStream {
  /** What is there already. */
  readonly text: string
  /** Writes what follows until the container ends; the answer stops that. Undefined: nothing follows. */
  readonly follow: ((sink: LogSink) => () => void) | undefined
}

/**
 * The log of a container (API reference, "read log of the specified Pod"). Options are checked as upstream checks them; a Pod without a node has no log
 * yet, which is 204; the rest is answered by the kubelet.
 */
export const podLog: SubresourceHandler = (environment, resource, context) => {
  const pod = parentPod(environment, resource, context)
  const options = logOptions(context.request.query ?? {}, context.request.name, context.nowMs)
  const container = chosenContainer(pod, options.container)
  const { nodeName } = pod.spec
  if (!nodeName) return Promise.resolve({ type: 'empty', code: 204 })
  const kubelets = kubeletOf(environment, nodeName, `read the log of pod ${JSON.stringify(pod.metadata.name)}`)
  const log = kubelets.containerLog(pod, container, options.previous)
  const printer = new LogPrinter(options)
  const text = printer.first(log.lines)
  const goesOn = options.follow && !log.isOver && !printer.isFull
  const follow = goesOn ? (sink: LogSink) => following({ environment, kubelets, pod, container, log, printer }, sink) : undefined
  return Promise.resolve({ type: 'log', code: 200, log: { text, follow } })
}

interface Followed {
  readonly environment: RegistryEnvironment
  readonly kubelets: Kubelets
  readonly pod: Readonly<Pod>
  readonly container: string
  readonly log: ContainerLog
  readonly printer: LogPrinter
}

/** Looks again whenever the Pod changes, until that run of the container is over, or its Pod has gone. */
function following({ environment: { storage }, kubelets, pod, container, log, printer }: Followed, sink: LogSink): () => void {
  const { namespace = '', name = '', uid } = pod.metadata
  let printed = log.lines.length
  let isOver = false
  const look = (now: Readonly<Pod> | undefined): void => {
    if (isOver) return
    const current = now?.metadata.uid === uid ? now && sameRun(kubelets, now, container, log.containerId) : undefined
    const text = printer.more(current?.lines.slice(printed) ?? [])
    printed = Math.max(printed, current?.lines.length ?? 0)
    if (text !== '') sink.write(text)
    if (current !== undefined && !current.isOver && !printer.isFull) return
    stop()
    sink.end()
  }
  const unwatch = storage.watch(PODS, { namespace, name, since: storage.revision }, ({ type, object }) => {
    look(object.object as Pod)
    if (type === 'DELETED') look(undefined)
  })
  const stop = (): void => {
    isOver = true
    unwatch()
  }
  // What has happened since the beginning was printed.
  look(storage.get(PODS, namespace, name)?.object as Readonly<Pod> | undefined)
  return stop
}

/** The log of that run: of the current one, or of the one before when another has begun. */
function sameRun(kubelets: Kubelets, pod: Readonly<Pod>, container: string, containerId: string): ContainerLog | undefined {
  for (const previous of [false, true]) {
    const log = logIfAny(kubelets, pod, container, previous)
    if (log?.containerId === containerId) return log
  }
  return undefined
}

/** A container that has lost its status has no log any more. */
function logIfAny(kubelets: Kubelets, pod: Readonly<Pod>, container: string, previous: boolean): ContainerLog | undefined {
  try {
    return kubelets.containerLog(pod, container, previous)
  } catch {
    return undefined
  }
}
