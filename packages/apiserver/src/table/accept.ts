/** One media type of an Accept header. */
export interface AcceptClause {
  /** `application/json`, in lower case. */
  readonly mediaType: string
  readonly quality: number
  /** Parameters other than `q`. */
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * Reads an Accept header, the most wanted clause first: by quality, then definite types before `*`, otherwise as written. A clause without a
 * slash is no media type and is left out.
 */
export function parseAccept(header: string): AcceptClause[] {
  const clauses = header.split(',').flatMap((part) => {
    const [mediaType = '', ...parameters] = part.split(';').map((one) => one.trim())
    if (mediaType === '*') return [{ mediaType: '*/*', ...readParameters(parameters) }]
    return mediaType.includes('/') ? [{ mediaType: mediaType.toLowerCase(), ...readParameters(parameters) }] : []
  })
  return clauses.sort((a, b) => b.quality - a.quality || vagueness(a) - vagueness(b))
}

function readParameters(texts: readonly string[]): { quality: number; parameters: Record<string, string> } {
  const parameters: Record<string, string> = {}
  let quality = 1
  for (const text of texts) {
    const at = text.indexOf('=')
    if (at < 0) continue
    const name = text.slice(0, at).trim()
    const value = text.slice(at + 1).trim()
    if (name === 'q') quality = Number.isNaN(Number(value)) ? 1 : Number(value)
    else parameters[name] = value
  }
  return { quality, parameters }
}

const vagueness = ({ mediaType }: AcceptClause): number => (mediaType === '*/*' ? 2 : mediaType.endsWith('/*') ? 1 : 0)

/** Whether a definite media type is what a clause asks for. */
export function isAskedFor(mediaType: string, { mediaType: asked }: AcceptClause): boolean {
  return asked === mediaType || asked === '*/*' || (asked.endsWith('/*') && mediaType.startsWith(asked.slice(0, -1)))
}
