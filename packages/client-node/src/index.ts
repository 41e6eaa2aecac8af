/** Instead of @kubernetes/client-node's own: `import { makeInformer } from '@kubetape/client-node'`, and `KUBETAPE_TAPE=tape.db` records. */
export { makeApiClient } from './make-api-client.ts'
export { type InformerOptions, makeInformer } from './make-informer.ts'
