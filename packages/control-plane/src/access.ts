import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeCertificates, type ServingCertificates, type UserInfo } from '@kubetape/apiserver'
import type { Clock, Random } from '@kubetape/determinism'

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

/** How clients get in: certificates and the administrator's token, kept in the data folder so that kubeconfigs outlive restarts. */
export class Access {
  readonly certificates: ServingCertificates | undefined
  readonly adminToken: string
  readonly #folder: string | undefined
  /** The kubeconfig that was written; undefined before, or without a file. */
  kubeconfig: string | undefined

  private constructor(certificates: ServingCertificates | undefined, adminToken: string, folder: string | undefined) {
    this.certificates = certificates
    this.adminToken = adminToken
    this.#folder = folder
  }

  static async prepare(options: {
    clock: Clock
    random: Random
    folder?: string
    host: string
    tls: boolean
    wanted: boolean
  }): Promise<Access> {
    if (options.folder !== undefined) mkdirSync(options.folder, { recursive: true, mode: 0o700 })
    const file = options.folder === undefined ? undefined : join(options.folder, 'access.json')
    const known = file === undefined ? undefined : readAccess(file)
    const wantsTls = options.tls && options.wanted
    const fits = known !== undefined && (!wantsTls || (known.certificates !== undefined && known.hosts.includes(options.host)))
    if (fits) return new Access(wantsTls ? known.certificates : undefined, known.adminToken, options.folder)
    const hosts = [...new Set([...HOSTS, options.host])]
    const certificates = wantsTls ? await makeCertificates({ clock: options.clock, hosts, admin: ADMIN }) : undefined
    const adminToken =
      known?.adminToken ?? Array.from({ length: 4 }, () => options.random.nextUint32().toString(16).padStart(8, '0')).join('')
    if (file !== undefined) {
      writeFileSync(file, `${JSON.stringify({ hosts, adminToken, certificates })}\n`, { mode: 0o600 })
      chmodSync(file, 0o600)
    }
    return new Access(certificates, adminToken, options.folder)
  }

  /** The CA's certificate, or an empty text without TLS. */
  get ca(): string {
    return this.certificates?.ca ?? ''
  }

  tokens(more: ReadonlyMap<string, UserInfo> | undefined): ReadonlyMap<string, UserInfo> {
    return new Map([[this.adminToken, ADMIN], ...(more ?? [])])
  }

  /** Writes a kubeconfig (JSON, which is YAML too) that names this server and its administrator. */
  writeKubeconfig(url: string, file?: string): void {
    const path = file ?? (this.#folder === undefined ? undefined : join(this.#folder, 'kubeconfig'))
    if (path === undefined) return
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
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 })
    chmodSync(path, 0o600)
    this.kubeconfig = path
  }
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')

function readAccess(file: string): { hosts: string[]; adminToken: string; certificates?: ServingCertificates } | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return JSON.parse(text) as { hosts: string[]; adminToken: string; certificates?: ServingCertificates }
  } catch (error) {
    throw new Error(`Cannot read "${file}": it is no JSON; delete it to get new certificates and a new kubeconfig`, { cause: error })
  }
}
