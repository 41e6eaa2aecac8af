import { Namespace } from '@kubetape/api/kinds'
import { type Controller, controllerFor } from '@kubetape/runtime'

/** The service, as far as it is needed. Both calls may come again for the same `key`, and must then change nothing and answer the same. */
export interface Billing {
  /** Opens the account for `key`, unless it is open, and answers its number. */
  open(key: string, team: string): string
  /** Closes the account for `key`, unless there is none. */
  close(key: string): void
}

export const ACCOUNT = 'billing.example.kubetape.dev/account'
export const FINALIZER = 'billing.example.kubetape.dev/account'

/** Keeps an account open for each namespace of a team. */
export function billingAccounts(billing: Billing): Controller {
  return controllerFor(Namespace)
    .named('billing-account')
    .finalizer(
      FINALIZER,
      async ({ metadata }, { outside, client, event }) => {
        outside(() => billing.close(metadata.uid!))
        if (metadata.deletionTimestamp !== undefined) return
        const body = { metadata: { annotations: { [ACCOUNT]: null } } }
        await client.patch(Namespace, { name: metadata.name! }, { type: 'merge', body })
        event({ ...Namespace, metadata }, 'Normal', 'AccountClosed', 'Closed the account: the namespace is of no team', { action: 'Close' })
      },
      { on: ({ metadata }) => metadata.labels?.['team'] !== undefined },
    )
    .reconcile(async ({ name }, { lister, client, outside, log }) => {
      const namespace = lister(Namespace).get('', name)
      const team = namespace?.metadata.labels?.['team']
      if (namespace === undefined || team === undefined) return
      // The finalizer is there before the account is: nothing outside of the cluster can be left behind.
      const account = outside(() => billing.open(namespace.metadata.uid!, team))
      if (namespace.metadata.annotations?.[ACCOUNT] === account) return
      log.info('opened an account', { account, team })
      await client.patch(Namespace, { name }, { type: 'merge', body: { metadata: { annotations: { [ACCOUNT]: account } } } })
    })
}
