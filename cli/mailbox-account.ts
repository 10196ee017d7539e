/** The account behind a Mailbox, as its status tells. */
import { CustomObjectsApi, type KubeConfig } from '@kubernetes/client-node';
import type { MailboxStatus } from '../operator/api/mailbox.ts';
import { group, plural, version } from '../operator/api/resource.ts';
import { parseBytes } from '../operator/core/quota.ts';
import { firstShard } from '../operator/core/shards.ts';
import { trimResource } from '../operator/kube/trim.ts';
import { Failed } from './failure.ts';
import { callKube } from './kube.ts';

export type Account = {
  /** `uid` of the entry, which names where its mail is. */
  readonly account: string;
  readonly address: string;
  /** The Dovecot that has its mail. */
  readonly shard: string;
  /** Bytes; 0 where the status does not tell. */
  readonly quota: number;
};

/** @throws Failed when there is no such Mailbox, it has no account yet, or the cluster refuses */
export async function readAccount(config: KubeConfig, namespace: string, name: string): Promise<Account> {
  const api = config.makeApiClient(CustomObjectsApi);
  const found: unknown = await callKube(`reading Mailbox ${namespace}/${name}`, () =>
    api.getNamespacedCustomObject({ group, version, namespace, plural: plural.Mailbox, name }),
  );
  if (found === undefined)
    throw new Failed(`there is no Mailbox ${namespace}/${name}: see kubectl get mailboxes -n ${namespace}`);
  const {
    entry,
    address,
    quota,
    shard = firstShard,
  } = (trimResource('Mailbox', found).status ?? {}) as MailboxStatus;
  const [, account] = /^uid=([^,]+),/.exec(entry ?? '') ?? [];
  if (account === undefined || address === undefined)
    throw new Failed(`Mailbox ${namespace}/${name} has no account yet: see kubectl describe mailbox ${name}`);
  return { account, address, shard, quota: quota?.limit === undefined ? 0 : parseBytes(quota.limit) };
}
