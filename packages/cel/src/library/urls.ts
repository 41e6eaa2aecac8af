import { CelEvaluationError } from '../cel-program.ts'
import { CelList, LiteralMap } from '../runtime/collections.ts'
import { CelOpaque } from '../runtime/values.ts'
import { type CelFunction, library, noSuchOverload } from './library.ts'

/** A URL as the URL library sees it: absolute, or a path. */
export class CelUrl extends CelOpaque {
  readonly typeName = 'kubernetes.URL'
  readonly #text: string
  readonly scheme: string
  readonly host: string
  readonly path: string
  readonly query: string

  constructor(text: string, parts: Readonly<Record<'scheme' | 'host' | 'path' | 'query', string>>) {
    super()
    this.#text = text
    this.scheme = parts.scheme
    this.host = parts.host
    this.path = parts.path
    this.query = parts.query
  }

  override equals(other: CelOpaque): boolean {
    return other instanceof CelUrl && other.text() === this.#text
  }

  override text(): string {
    return this.#text
  }

  /** Brackets around an IPv6 address belong to the host, not to its name. */
  get hostname(): string {
    if (this.host.startsWith('[')) return this.host.slice(1, this.host.indexOf(']'))
    return this.host.replace(/:\d*$/, '')
  }

  get port(): string {
    return /:(\d*)$/.exec(this.host.replace(/^\[[^\]]*\]/, ''))?.[1] ?? ''
  }
}

const refused = (text: string, why: string): CelEvaluationError =>
  new CelEvaluationError(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: ${why}`)

/** A URI of a request (absolute or beginning with a slash), as Go's ParseRequestURI takes it. */
export function parseUrl(text: string): CelUrl {
  if (text === '') throw refused(text, 'empty url')

  if (/[\u0000-\u001f\u007f]/.test(text)) throw refused(text, 'net/url: invalid control character in URL')
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]
  if (scheme === undefined && !text.startsWith('/')) throw refused(text, 'invalid URI for request')
  let rest = scheme === undefined ? text : text.slice(scheme.length + 1)
  const question = rest.indexOf('?')
  const query = question < 0 ? '' : rest.slice(question + 1)
  if (question >= 0) rest = rest.slice(0, question)
  let host = ''
  if (rest.startsWith('//') && scheme !== undefined) {
    const end = rest.indexOf('/', 2)
    const authority = rest.slice(2, end < 0 ? undefined : end)
    host = authority.slice(authority.lastIndexOf('@') + 1)
    rest = end < 0 ? '' : rest.slice(end)
    checkHost(text, host)
  } else if (scheme !== undefined && !rest.startsWith('/')) throw refused(text, 'invalid URI for request')
  if (/%(?![0-9a-fA-F]{2})/.test(rest)) throw refused(text, `invalid URL escape ${JSON.stringify(/%.{0,2}/.exec(rest)![0])}`)
  return new CelUrl(text, { scheme: scheme?.toLowerCase() ?? '', host, path: decodePath(rest), query })
}

function checkHost(text: string, host: string): void {
  if (host.startsWith('[')) {
    if (!host.includes(']')) throw refused(text, "missing ']' in host")
  } else if (/[ <>"]/.test(host)) throw refused(text, `invalid character ${JSON.stringify(/[ <>"]/.exec(host)![0])} in host name`)
  const port = /:([^:\]]*)$/.exec(host.replace(/^\[[^\]]*\]/, ''))?.[1]
  if (port !== undefined && !/^\d*$/.test(port)) throw refused(text, `invalid port ${JSON.stringify(`:${port}`)} after host`)
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function escapedPath(path: string): string {
  return encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23')
}

function queryMap(query: string): LiteralMap {
  const values = new Map<string, string[]>()
  for (const [key, value] of new URLSearchParams(query)) values.set(key, [...(values.get(key) ?? []), value])
  const map = new LiteralMap()
  for (const [key, all] of values) map.add(key, CelList.of(all))
  return map
}

function of(value: unknown): CelUrl {
  if (!(value instanceof CelUrl)) throw noSuchOverload()
  return value
}

function parsed(value: unknown): CelUrl {
  if (typeof value !== 'string') throw noSuchOverload()
  return parseUrl(value)
}

function isUrl(value: unknown): boolean {
  try {
    parsed(value)
    return true
  } catch (error) {
    if (error instanceof CelEvaluationError) return false
    throw error
  }
}

const URL_TYPE = 'kubernetes.URL'

/** The URL library. */
export const urls: readonly CelFunction[] = [
  library('url', { string_to_url: `(string): ${URL_TYPE}` }, ([text]) => parsed(text)),
  library('isURL', { is_url_string: '(string): bool' }, ([text]) => isUrl(text)),
  library('getScheme', { url_get_scheme: `${URL_TYPE}.(): string` }, ([url]) => of(url).scheme),
  library('getHost', { url_get_host: `${URL_TYPE}.(): string` }, ([url]) => of(url).host),
  library('getHostname', { url_get_hostname: `${URL_TYPE}.(): string` }, ([url]) => of(url).hostname),
  library('getPort', { url_get_port: `${URL_TYPE}.(): string` }, ([url]) => of(url).port),
  library('getEscapedPath', { url_get_escaped_path: `${URL_TYPE}.(): string` }, ([url]) => escapedPath(of(url).path)),
  library('getQuery', { url_get_query: `${URL_TYPE}.(): map(string, list(string))` }, ([url]) => queryMap(of(url).query)),
]
