import type { Job } from '@kubetape/api/types/batch/v1'
import type { Container, Pod, PodSpec } from '@kubetape/api/types/core/v1'
import { controllerReference } from './controller-reference.ts'
import { COMPLETION_INDEX, TRACKING_FINALIZER } from './job-pod.ts'
import type { JobRules } from './job-rules.ts'
import type { IndexFailures } from './index-failures.ts'
import { INDEX_FAILURE_COUNT, INDEX_IGNORED_FAILURE_COUNT } from './index-failures.ts'

/** The environment variable that tells a container its completion index (KEP-2214). */
export const COMPLETION_INDEX_VARIABLE = 'JOB_COMPLETION_INDEX'
/** The longest `generateName` that the server does not cut: a name of 63 characters less its five random ones. */
const GENERATE_NAME_MAX = 58
/** The longest name of a Pod. */
const POD_NAME_MAX = 253

/**
 * Makes the Pods of one Job from its template. What can be shared is made once: the drafts of a plan share their spec, except for the
 * hostname, so a caller must treat them as frozen.
 */
export class PodDrafts {
  readonly #job: Job
  readonly #rules: JobRules
  readonly #spec: PodSpec
  readonly #finalizers: string[]
  readonly #owner: ReturnType<typeof controllerReference>

  constructor(job: Job, rules: JobRules) {
    const spec = job.spec.template.spec ?? { containers: [] }
    const finalizers = job.spec.template.metadata?.finalizers ?? []
    this.#job = job
    this.#rules = rules
    this.#spec = rules.indexed ? withIndexVariable(spec, rules.indexLabel) : spec
    this.#finalizers = finalizers.includes(TRACKING_FINALIZER) ? finalizers : [...finalizers, TRACKING_FINALIZER]
    this.#owner = controllerReference({ apiVersion: 'batch/v1', kind: 'Job' }, job)
  }

  /** A Pod of a Job that is not indexed. */
  plain(): Pod {
    const prefix = `${this.#job.metadata.name}-`
    return this.#draft(prefix.length > POD_NAME_MAX ? prefix.slice(0, -1) : prefix, {}, {}, this.#spec)
  }

  /** The Pod of an index. `failures`: what to write on it about earlier Pods of the index, with a limit per index only. */
  indexed(index: number, failures?: IndexFailures): Pod {
    const annotations: Record<string, string> = { [COMPLETION_INDEX]: `${index}` }
    if (failures) annotations[INDEX_FAILURE_COUNT] = `${failures.counted}`
    if (failures && failures.ignored > 0) annotations[INDEX_IGNORED_FAILURE_COUNT] = `${failures.ignored}`
    const labels = this.#rules.indexLabel ? { [COMPLETION_INDEX]: `${index}` } : {}
    const name = this.#job.metadata.name ?? ''
    return this.#draft(indexedPrefix(name, index), labels, annotations, { ...this.#spec, hostname: `${name}-${index}` })
  }

  #draft(generateName: string, labels: Record<string, string>, annotations: Record<string, string>, spec: PodSpec): Pod {
    const { metadata } = this.#job.spec.template
    const namespace = this.#job.metadata.namespace
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        generateName,
        ...(namespace === undefined ? {} : { namespace }),
        ...nonEmpty('labels', { ...metadata?.labels, ...labels }),
        ...nonEmpty('annotations', { ...metadata?.annotations, ...annotations }),
        ownerReferences: [this.#owner],
        finalizers: this.#finalizers,
      },
      spec,
    }
  }
}

/** The prefix of an indexed Pod's name; the Job's name is cut so that the index survives. */
function indexedPrefix(jobName: string, index: number): string {
  const end = `-${index}-`
  return jobName.slice(0, GENERATE_NAME_MAX - end.length) + end
}

function nonEmpty<K extends string>(field: K, values: Record<string, string>): { [k in K]?: Record<string, string> } {
  return Object.keys(values).length === 0 ? {} : ({ [field]: values } as { [k in K]: Record<string, string> })
}

/** Gives every container the index as a variable, read from the label or the annotation of its Pod; one of that name stays as it is. */
function withIndexVariable(spec: PodSpec, indexLabel: boolean): PodSpec {
  const valueFrom = { fieldRef: { fieldPath: `metadata.${indexLabel ? 'labels' : 'annotations'}['${COMPLETION_INDEX}']` } }
  const extend = (container: Container): Container => {
    const env = container.env ?? []
    if (env.some(({ name }) => name === COMPLETION_INDEX_VARIABLE)) return container
    return { ...container, env: [...env, { name: COMPLETION_INDEX_VARIABLE, valueFrom }] }
  }
  return {
    ...spec,
    ...(spec.initContainers ? { initContainers: spec.initContainers.map(extend) } : {}),
    containers: spec.containers.map(extend),
  }
}
