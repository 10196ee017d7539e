/** What the commands need to know of one mailbox, and the Secret with its first password. */
import { CoreV1Api, CustomObjectsApi, type KubeConfig } from '@kubernetes/client-node';
import { type MailboxStatus, mailboxStatus } from '../../operator/api/mailbox.ts';
import { group, plural, version } from '../../operator/api/resource.ts';
import { caConfigMap } from '../../operator/core/secrets.ts';
import { Failed } from '../failure.ts';
import { callKube } from '../kube.ts';

export type MailboxName = { readonly namespace: string; readonly name: string };

/** @throws Failed when there is no such mailbox */
export async function readMailboxStatus(config: KubeConfig, mailbox: MailboxName): Promise<MailboxStatus> {
  const { namespace, name } = mailbox;
  const api = config.makeApiClient(CustomObjectsApi);
  const found: unknown = await callKube(`reading Mailbox ${namespace}/${name}`, () =>
    api.getNamespacedCustomObject({ group, version, namespace, plural: plural.Mailbox, name }),
  );
  if (typeof found !== 'object' || found === null) {
    throw new Failed(
      `there is no Mailbox ${name} in namespace ${namespace}: see kubectl get mailboxes -n ${namespace}`,
    );
  }
  const status = mailboxStatus.safeParse('status' in found ? found.status : {});
  return status.success ? status.data : {};
}

/**
 * @param name of the Secret, as the mailbox's status gives it
 * @returns undefined when the Secret is gone, or was never made
 */
export async function readFirstPassword(
  config: KubeConfig,
  namespace: string,
  name: string | undefined,
): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const api = config.makeApiClient(CoreV1Api);
  const secret = await callKube(`reading Secret ${namespace}/${name}`, () =>
    api.readNamespacedSecret({ namespace, name }),
  );
  const password = secret?.data?.password;
  return password === undefined ? undefined : Buffer.from(password, 'base64').toString();
}

/** Certificates (PEM) that the directory's own is checked against. */
export async function readAuthority(config: KubeConfig, namespace: string): Promise<string> {
  const api = config.makeApiClient(CoreV1Api);
  const found = await callKube(`reading ConfigMap ${namespace}/${caConfigMap}`, () =>
    api.readNamespacedConfigMap({ namespace, name: caConfigMap }),
  );
  const authority = found?.data?.['ca.crt'];
  if (authority !== undefined) return authority;
  throw new Failed(`ConfigMap ${namespace}/${caConfigMap} with ca.crt is missing: run hopthu bootstrap`);
}
