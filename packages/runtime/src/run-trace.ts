import type { RunAnswer, RunBegin, RunEnd, RunRequest } from '@kubetape/journal'
import {
  type Attributes,
  context,
  type Context,
  ProxyTracerProvider,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import type { SentRequest } from './run-client.ts'
import type { OutsideReading } from './outside-reading.ts'

/** What is told of one run. */
export interface RunTrace {
  /** Calls the reconcile function within the span. */
  inside<A>(call: () => A): A
  /** Sends a request of the run within a span of its own. */
  request(request: RunRequest, send: () => Promise<SentRequest>): Promise<SentRequest>
  /** Ends the span. `error`: what the reconcile function threw. */
  end(end: Pick<RunEnd, 'outcome' | 'error' | 'requeueAfterMs'>, error: unknown): void
}

const NO_TRACE: RunTrace = { inside: (call) => call(), request: (_request, send) => send(), end: () => undefined }

/**
 * Begins the trace of each run, through `tracer` or that of the process's OpenTelemetry SDK; until there is one, nothing is made or kept.
 *
 * NOTE: The API is a peer dependency, since an SDK is found through the very copy of it that the SDK came with: a newer one refuses it silently.
 */
export function runTraces(tracer?: Tracer): (begin: RunBegin) => RunTrace {
  let found = tracer
  return (begin) => {
    found ??= sdkTracer()
    return found === undefined ? NO_TRACE : new SpanTrace(found, begin)
  }
}

function sdkTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider()
  // The API's own provider would make spans that record nothing, which costs a tenth of an empty run.
  return provider instanceof ProxyTracerProvider ? provider.getDelegateTracer(NAME) : provider.getTracer(NAME)
}

/** The name of the instrumentation in exported spans. */
const NAME = '@kubetape/runtime'

/**
 * One run as a span `reconcile <controller>`, and each of its API requests as a span below it. What a caller may rely on:
 *
 * - A run is the root of its trace: what led to it is told by events named `trigger`, since one run may answer many changes.
 * - The span is active while the reconcile function runs, so spans of its own and of instrumented libraries lie below it.
 * - Errors are recorded where they happened: a refused request on its own span, the run's error on the run's.
 */
class SpanTrace implements RunTrace {
  readonly #tracer: Tracer
  readonly #span: Span
  readonly #context: Context

  constructor(tracer: Tracer, { id, controller, key, attempt, triggers }: RunBegin) {
    this.#tracer = tracer
    this.#span = tracer.startSpan(`reconcile ${controller}`, {
      root: true,
      attributes: { 'kubetape.controller': controller, 'kubetape.key': key, 'kubetape.run': id, 'kubetape.attempt': attempt },
    })
    this.#context = trace.setSpan(context.active(), this.#span)
    if (this.#span.isRecording()) for (const trigger of triggers) this.#span.addEvent('trigger', prefixed('kubetape.trigger.', trigger))
  }

  inside<A>(call: () => A): A {
    return context.with(this.#context, call)
  }

  async request(request: RunRequest, send: () => Promise<SentRequest>): Promise<SentRequest> {
    // A run that is not sampled has no requests either.
    if (!this.#span.isRecording()) return send()
    const span = this.#tracer.startSpan(
      `${request.verb} ${request.resource}`,
      { kind: SpanKind.CLIENT, attributes: requestAttributes(request) },
      this.#context,
    )
    try {
      const sent = await context.with(trace.setSpan(this.#context, span), send)
      noteAnswer(span, sent)
      return sent
    } finally {
      span.end()
    }
  }

  end({ outcome, error: text, requeueAfterMs }: Pick<RunEnd, 'outcome' | 'error' | 'requeueAfterMs'>, error: unknown): void {
    if (this.#span.isRecording()) {
      this.#span.setAttribute('kubetape.outcome', outcome)
      if (requeueAfterMs !== undefined) this.#span.setAttribute('kubetape.requeue_after_ms', requeueAfterMs)
      if (error !== undefined) fail(this.#span, error, text ?? '')
    }
    this.#span.end()
  }
}

function requestAttributes({ verb, group, resource, system, subresource, namespace, name, sequence }: RunRequest): Attributes {
  return {
    'kubetape.verb': verb,
    'kubetape.resource': group === '' ? resource : `${resource}.${group}`,
    'kubetape.sequence': sequence,
    ...(system === undefined ? {} : { 'kubetape.system': system }),
    ...(subresource === undefined ? {} : { 'kubetape.subresource': subresource }),
    ...(namespace === undefined ? {} : { 'k8s.namespace.name': namespace }),
    ...(name === undefined ? {} : { 'kubetape.name': name }),
  }
}

function noteAnswer(span: Span, { answer, error }: SentRequest): void {
  if (answer.type === 'refused') {
    const { code = 0, reason = '', message = '' } = answer.status
    span.setAttributes({ 'http.response.status_code': code, 'error.type': reason || String(code) })
    span.setStatus({ code: SpanStatusCode.ERROR, message })
  } else if (answer.type === 'failed') fail(span, error, answer.message)
  else if (answer.type === 'outside') noteReading(span, answer.reading as OutsideReading)
  else noteVersion(span, answer)
}

function noteReading(span: Span, reading: OutsideReading): void {
  if (!('error' in reading)) return
  const { code, name, message } = reading.error
  span.setAttribute('error.type', String(code ?? name))
  span.setStatus({ code: SpanStatusCode.ERROR, message })
}

function noteVersion(span: Span, answer: RunAnswer): void {
  const version = answer.type === 'object' ? answer.object.metadata?.resourceVersion : undefined
  if (version !== undefined) span.setAttribute('kubetape.resource_version', version)
}

function fail(span: Span, error: unknown, message: string): void {
  span.recordException(error instanceof Error ? error : message)
  span.setStatus({ code: SpanStatusCode.ERROR, message })
}

function prefixed(prefix: string, fields: object): Attributes {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [prefix + name, value as string]))
}
