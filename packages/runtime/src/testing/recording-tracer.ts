import {
  type Attributes,
  context,
  type Context,
  type Exception,
  type Span,
  type SpanContext,
  type SpanOptions,
  trace,
  type Tracer,
} from '@opentelemetry/api'

/** A span as a test reads it. */
export interface RecordedSpan {
  readonly name: string
  readonly parent: string | undefined
  readonly kind: number | undefined
  readonly attributes: Attributes
  readonly events: { name: string; attributes: Attributes }[]
  readonly exceptions: string[]
  status: { code: number; message?: string } | undefined
  ended: boolean
}

/** A tracer that keeps its spans, the shortest that obeys OpenTelemetry's interface. */
export class RecordingTracer implements Tracer {
  readonly spans: RecordedSpan[] = []
  readonly #names = new Map<string, string>()

  startSpan(name: string, { kind, attributes = {}, root = false }: SpanOptions = {}, from: Context = context.active()): Span {
    const above = root ? undefined : trace.getSpanContext(from)
    const parent = above === undefined ? undefined : this.#names.get(above.spanId)
    const recorded: RecordedSpan = {
      name,
      parent,
      kind,
      attributes: { ...attributes },
      events: [],
      exceptions: [],
      status: undefined,
      ended: false,
    }
    this.spans.push(recorded)
    const spanId = this.spans.length.toString(16).padStart(16, '0')
    this.#names.set(spanId, name)
    return spanOf(recorded, { traceId: spanId.padStart(32, '0'), spanId, traceFlags: 1 })
  }

  startActiveSpan(): never {
    throw new Error('the runtime starts its spans itself')
  }
}

function spanOf(recorded: RecordedSpan, identity: SpanContext): Span {
  const span: Span = {
    spanContext: () => identity,
    setAttribute: (name, value) => span.setAttributes({ [name]: value }),
    setAttributes: (attributes) => {
      Object.assign(recorded.attributes, attributes)
      return span
    },
    addEvent: (name, attributes) => {
      recorded.events.push({ name, attributes: attributes as Attributes })
      return span
    },
    addLink: () => span,
    addLinks: () => span,
    setStatus: (status) => {
      recorded.status = status
      return span
    },
    updateName: () => span,
    end: () => {
      recorded.ended = true
    },
    isRecording: () => !recorded.ended,
    recordException: (exception: Exception) => {
      recorded.exceptions.push(typeof exception === 'string' ? exception : (exception.message ?? ''))
    },
  }
  return span
}
