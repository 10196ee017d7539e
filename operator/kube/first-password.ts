import type { CoreV1Api, V1Secret } from '@kubernetes/client-node';
import { apiVersion, type Resource } from '../api/resource.ts';
import { Awaited, Blocked, Conflict } from '../errors.ts';
import { httpStatus } from './api-error.ts';
import { fieldManager } from './client.ts';

/** Immutable, so that what people read there is what was set; it goes with its Mailbox. */
function secretOf(mailbox: Resource, secret: string, address: string, password: string): V1Secret {
  const { name, namespace, uid } = mailbox.metadata;
  const owner = { apiVersion, kind: mailbox.kind, name, uid, controller: true, blockOwnerDeletion: false };
  return {
    metadata: {
      name: secret,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'hopthu' },
      ownerReferences: [owner],
    },
    type: 'Opaque',
    immutable: true,
    stringData: { address, password },
  };
}

function passwordIn(secret: V1Secret, mailbox: Resource): string {
  const { name, namespace } = mailbox.metadata;
  const owners = secret.metadata?.ownerReferences ?? [];
  const where = `the Secret ${namespace}/${secret.metadata?.name}`;
  if (!belongsTo(secret, mailbox)) {
    if (owners.some((owner) => owner.kind === mailbox.kind && owner.name === name)) {
      throw new Conflict(
        `${where} is of a former Mailbox of this name; it goes when its owner's remains are collected`,
      );
    }
    throw new Blocked('SecretConflict', `${where} exists and is not the Mailbox's: delete or rename it`);
  }
  const password = Buffer.from(secret.data?.password ?? '', 'base64').toString('utf8');
  if (password === '') {
    throw new Blocked('SecretConflict', `${where} holds no password: delete it, and a new one is made`);
  }
  return password;
}

function belongsTo({ metadata }: V1Secret, mailbox: Resource): boolean {
  return (metadata?.ownerReferences ?? []).some(({ uid }) => uid === mailbox.metadata.uid);
}

/**
 * Creates the Secret with a mailbox's first password, or gives the password of the one that this mailbox has
 * already. Secrets are read by name only, never listed.
 * @throws Blocked when the Secret is something else's, Conflict when it is about to go; client-node's errors
 */
export async function keepFirstPassword(
  core: CoreV1Api,
  mailbox: Resource,
  name: string,
  address: string,
  fresh: string,
): Promise<string> {
  const { namespace } = mailbox.metadata;
  try {
    const body = secretOf(mailbox, name, address, fresh);
    await core.createNamespacedSecret({ namespace, body, fieldManager });
    return fresh;
  } catch (error) {
    if (httpStatus(error) !== 409) throw error;
  }
  const existing = await core.readNamespacedSecret({ namespace, name });
  return passwordIn(existing, mailbox);
}

/**
 * Deletes the Secret, if it is this mailbox's and still the one that was read. One that is gone is a success.
 * @throws client-node's errors
 */
export async function removeFirstPassword(core: CoreV1Api, mailbox: Resource, name: string): Promise<void> {
  const { namespace } = mailbox.metadata;
  try {
    const secret = await core.readNamespacedSecret({ namespace, name });
    const uid = secret.metadata?.uid;
    if (!belongsTo(secret, mailbox) || uid === undefined) return;
    await core.deleteNamespacedSecret({ namespace, name, body: { preconditions: { uid } } });
  } catch (error) {
    if (httpStatus(error) !== 404) throw error;
  }
}

/**
 * The password of a Secret that a person named for this mailbox.
 * @throws Awaited while it is not there, Blocked when it is another Mailbox's; client-node's errors
 */
export async function readGivenPassword(core: CoreV1Api, mailbox: Resource, name: string): Promise<string> {
  const { namespace } = mailbox.metadata;
  const field = `spec.passwordSecretRef: the Secret ${namespace}/${name}`;
  try {
    const { metadata, data } = await core.readNamespacedSecret({ namespace, name });
    const others = (metadata?.ownerReferences ?? []).filter(({ kind }) => kind === mailbox.kind);
    if (others.length > 0 && !others.some(({ uid }) => uid === mailbox.metadata.uid))
      throw new Blocked('SecretConflict', `${field} is the first password of another Mailbox: name another`);
    const password = Buffer.from(data?.password ?? '', 'base64').toString('utf8');
    if (password === '') throw new Awaited('SecretNotFound', `${field} has no key password yet`);
    return password;
  } catch (error) {
    if (httpStatus(error) !== 404) throw error;
    throw new Awaited('SecretNotFound', `${field} does not exist yet`);
  }
}
