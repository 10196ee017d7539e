/** Small changes of one Mailbox, as an administrator makes them in a hurry: merge patches, nothing else. */
import { CustomObjectsApi, type KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { annotation, group, plural, version } from '../operator/api/resource.ts';
import { Failed } from './failure.ts';
import { callKube, loadKubeConfig } from './kube.ts';

export type MailboxOptions = { readonly namespace?: string; readonly context?: string };

/** Sets the annotation that outranks the spec (R42). */
export async function suspend(name: string, options: MailboxOptions): Promise<void> {
  const where = await patch(name, options, { metadata: { annotations: { [annotation.suspend]: 'true' } } });
  console.log(`${where} is being suspended: all logins are refused, mail is kept`);
}

/** Takes the annotation away; a mailbox that its spec suspends stays so. */
export async function resume(name: string, options: MailboxOptions): Promise<void> {
  const where = await patch(name, options, { metadata: { annotations: { [annotation.suspend]: null } } });
  console.log(`${where} follows its spec again`);
}

/**
 * Asks for one new first password: any new value of `spec.passwordReset` does.
 * @param now wall clock, which makes the value
 */
export async function resetPassword(name: string, options: MailboxOptions, now: Date): Promise<void> {
  const where = await patch(name, options, { spec: { passwordReset: now.toISOString().slice(0, 19) } });
  console.log(`${where} gets a new first password: print it with hopthu password ${name}`);
}

/**
 * Asks for a reclaimed mailbox to be granted again: any new value of `spec.grant` does.
 * @param now wall clock, which makes the value
 */
export async function grantAgain(name: string, options: MailboxOptions, now: Date): Promise<void> {
  const where = await patch(name, options, { spec: { grant: now.toISOString().slice(0, 19) } });
  console.log(
    `${where} is granted again: where it was reclaimed, hopthu password ${name} prints its first password`,
  );
}

/** @throws Failed when there is no such Mailbox, or the API server refuses */
async function patch(name: string, options: MailboxOptions, body: object): Promise<string> {
  const config = loadKubeConfig(options.context);
  const namespace = options.namespace ?? namespaceOf(config);
  const api = config.makeApiClient(CustomObjectsApi);
  const path = { group, version, namespace, plural: plural.Mailbox, name };
  const where = `Mailbox ${namespace}/${name}`;
  const patched: unknown = await callKube(`changing ${where}`, () =>
    api.patchNamespacedCustomObject(
      { ...path, body },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    ),
  );
  if (patched === undefined)
    throw new Failed(`there is no ${where}: see kubectl get mailboxes -n ${namespace}`);
  return where;
}

function namespaceOf(config: KubeConfig): string {
  return config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
}
