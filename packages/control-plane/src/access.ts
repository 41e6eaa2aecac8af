import { randomBytes, X509Certificate } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type KeyPair, makeCertificates, type ServingCertificates, type UserInfo } from '@kubetape/apiserver'
import type { Clock } from '@kubetape/determinism'
import { ControlPlaneOptionError } from './option-error.ts'
import { readFileIfAny, writePrivateFile } from './private-file.ts'

const ADMIN: UserInfo = { name: 'admin', uid: '1', groups: ['system:masters'] }
const HOSTS = [
  'localhost',
  '127.0.0.1',
  '::1',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
]
const TOKEN_BYTES = 24

/** Certificates that end sooner than this are issued anew. */
const RENEW_BEFORE_MS = 30 * 24 * 3600 * 1000

/** What `access.json` holds. */
interface KnownAccess {
  readonly hosts: readonly string[]
  readonly adminToken: string
  readonly certificates?: ServingCertificates & { readonly authority?: KeyPair }
}

export interface AccessOptions {
  readonly clock: Clock
  /** Where `access.json` is kept. Default: nothing is kept. */
  readonly folder?: string
  readonly host: string
  readonly tls: boolean
  /** Whether anything is served at all. */
  readonly wanted: boolean
}

/**
 * How clients get in: certificates and the administrator's token, kept in the data folder so that kubeconfigs outlive restarts.
 *
 * - The CA stays the same once it was made; only what it signed is issued anew, for another host or when its time is almost up.
 * - Secrets come from the system's source, whatever `random` a control plane runs on, and only their owner can read their files.
 */
export class Access {
  /** Undefined without TLS. */
  readonly certificates: ServingCertificates | undefined
  readonly adminToken: string
  /** What more certificates are signed with; undefined without TLS. */
  readonly authority: KeyPair | undefined
  /** The certificate of the CA, also while there is no TLS; an empty text before there is one. */
  readonly ca: string
  readonly #folder: string | undefined
  /** The kubeconfig that was written; undefined before, or without a file. */
  kubeconfig: string | undefined

  private constructor({ adminToken, certificates }: KnownAccess, tls: boolean, folder: string | undefined) {
    this.certificates = tls ? certificates : undefined
    this.authority = tls ? certificates?.authority : undefined
    this.adminToken = adminToken
    this.ca = certificates?.ca ?? ''
    this.#folder = folder
  }

  static async prepare({ clock, folder, host, tls, wanted }: AccessOptions): Promise<Access> {
    if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 })
    const file = folder === undefined ? undefined : join(folder, 'access.json')
    const known = file === undefined ? undefined : readAccess(file)
    const wantsTls = tls && wanted
    if (known !== undefined && (!wantsTls || servesFor(known, host, clock))) return new Access(known, wantsTls, folder)
    const hosts = [...new Set([...HOSTS, ...(known?.hosts ?? []), host])]
    const authority = known?.certificates?.authority
    const certificates = wantsTls
      ? await makeCertificates({
          clock,
          hosts,
          admin: ADMIN,
          ...(authority !== undefined && lasts(authority.certificate, clock) ? { authority } : {}),
        })
      : known?.certificates
    const now: KnownAccess = {
      hosts: wantsTls ? hosts : [],
      adminToken: known?.adminToken ?? randomBytes(TOKEN_BYTES).toString('base64url'),
      ...(certificates === undefined ? {} : { certificates }),
    }
    if (file !== undefined) writePrivateFile(file, `${JSON.stringify(now)}\n`)
    return new Access(now, wantsTls, folder)
  }

  tokens(more: ReadonlyMap<string, UserInfo> | undefined): ReadonlyMap<string, UserInfo> {
    return new Map([[this.adminToken, ADMIN], ...(more ?? [])])
  }

  /** Writes a kubeconfig (JSON, which is YAML too) that names this server and its administrator; `file` must be free or Kubetape's. */
  writeKubeconfig(url: string, file?: string): void {
    const path = file ?? (this.#folder === undefined ? undefined : join(this.#folder, 'kubeconfig'))
    if (path === undefined) return
    refuseForeignKubeconfig(path)
    const cluster = {
      server: url,
      ...(this.certificates === undefined ? {} : { 'certificate-authority-data': base64(this.certificates.ca) }),
    }
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'kubetape', cluster }],
      users: [{ name: 'admin', user: { token: this.adminToken } }],
      contexts: [{ name: 'kubetape', context: { cluster: 'kubetape', user: 'admin' } }],
      'current-context': 'kubetape',
    }
    writePrivateFile(path, `${JSON.stringify(config, null, 2)}\n`)
    this.kubeconfig = path
  }
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')

/** The names of clusters, users and contexts, one a line in our JSON and in the YAML that kubectl makes of it. */
const NAME_LINE = /^[\s-]*"?name"?:\s*"?([^\s",]+)"?,?\s*$/gm
const OWN_NAMES = new Set(['kubetape', 'admin'])

/** Throws a ControlPlaneOptionError for a file with anything in it that Kubetape did not write: it may be all that leads to other clusters. */
export function refuseForeignKubeconfig(path: string): void {
  const text = readFileIfAny(path)
  if (text === undefined || text.trim() === '') return
  const names = [...text.matchAll(NAME_LINE)].map((match) => match[1]!)
  if (names.includes('kubetape') && names.every((name) => OWN_NAMES.has(name))) return
  throw new ControlPlaneOptionError(
    `Cannot write the kubeconfig "${path}": the file was not written by Kubetape, or has other clusters too; name another one or move it away`,
  )
}

function servesFor({ hosts, certificates }: KnownAccess, host: string, clock: Clock): boolean {
  if (certificates === undefined || !hosts.includes(host)) return false
  return [certificates.ca, certificates.server.certificate, certificates.admin.certificate].every((one) => lasts(one, clock))
}

const lasts = (certificate: string, clock: Clock): boolean =>
  Date.parse(new X509Certificate(certificate).validTo) - clock.wallMs() >= RENEW_BEFORE_MS

function readAccess(file: string): KnownAccess | undefined {
  const text = readFileIfAny(file)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as KnownAccess
  } catch (error) {
    throw new Error(`Cannot read "${file}": it is no JSON; delete it to get new certificates and a new kubeconfig`, { cause: error })
  }
}
