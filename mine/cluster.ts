import { clientFromKubeconfig } from '@kubetape/client'
import { featureGates } from '@kubetape/client-go-features'
import { Manager } from '@kubetape/runtime'
import { tasks } from './task.ts'

const manager = new Manager({ client: await clientFromKubeconfig(), gates: featureGates() }).add(tasks)
await manager.start()
process.once('SIGINT', () => void manager.stop())
