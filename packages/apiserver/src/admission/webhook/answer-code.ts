/** What upstream's client says of an answer whose code is no success, by code. */
const TEXTS: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  406: 'the server was unable to respond with a content type that the client supports',
  409: 'the server reported a conflict',
  410: 'the server reported that the requested resource is gone',
  413: 'Request entity too large',
  415: 'the body of the request was in an unknown format - accepted media types include: ',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
}
/** Of the body of a failure so much is shown. */
const SHOWN_MAX = 2048

/** Why an answer of this code is none; undefined for a success. */
export function codeProblem(code: number, body: string): string | undefined {
  if (code >= 200 && code <= 206) return undefined
  const said = statusMessage(body)
  if (said !== undefined) return said
  const known = TEXTS[code]
  if (known !== undefined) return known
  const text = body.slice(0, SHOWN_MAX).trim() || 'unknown'
  if (code === 403) return text
  if (code >= 500) return `an error on the server (${JSON.stringify(text)}) has prevented the request from succeeding`
  return `the server responded with the status code ${code} but did not return more information`
}

/** The message of a body that is a Status. */
function statusMessage(body: string): string | undefined {
  if (!body.trimStart().startsWith('{')) return undefined
  try {
    const { kind, status, message } = JSON.parse(body) as { kind?: unknown; status?: unknown; message?: unknown }
    return kind === 'Status' && status !== 'Success' && typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}
