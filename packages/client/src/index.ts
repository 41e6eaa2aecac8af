/** The Client port and its HTTP(S) implementation. Controllers take a `Client`; `/testing` has the contract suite and a fault-injecting client. */
export {
  type Cause,
  type Client,
  type DeleteOptions,
  type GetOptions,
  type ListOptions,
  type Patch,
  type PatchType,
  RequestFailed,
  type WatchOptions,
  type WriteOptions,
} from './client.ts'
