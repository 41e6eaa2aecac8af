import { ConfigMap } from '@kubetape/api/kinds'
import { ControlPlane } from '@kubetape/control-plane'
import { controllerFor, TerminalError } from '@kubetape/runtime'
const bad = controllerFor(ConfigMap).named('bad').reconcile(async () => { throw new TerminalError('paint is out') })
const plane = await ControlPlane.start({ port: 0, tls: false, add: [bad] })
process.once('SIGINT', () => void plane.stop())
