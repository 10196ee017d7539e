/** MailboxRequests of letters, made over the API server. */
import { apiVersion, group, plural, version } from '../../operator/api/resource.ts';
import { Conflict } from '../../operator/errors.ts';
import { callKubernetes } from '../../operator/kube/api-error.ts';
import type { KubeClient } from '../../operator/kube/client.ts';
import type { NewRequest } from './decide.ts';
import type { NewRequests } from './intake.ts';

const kind = 'MailboxRequest';

export class KubeRequests implements NewRequests {
  readonly #client: Pick<KubeClient, 'resources'>;

  constructor(client: Pick<KubeClient, 'resources'>) {
    this.#client = client;
  }

  async create({ name, namespace, spec }: NewRequest): Promise<boolean> {
    const body = { apiVersion, kind, metadata: { name, namespace }, spec };
    const path = { group, version, namespace, plural: plural[kind] };
    try {
      await callKubernetes(`entering ${kind} ${namespace}/${name}`, () =>
        this.#client.resources.createNamespacedCustomObject({ ...path, body, fieldManager: 'hopthu-clerk' }),
      );
      return true;
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      // A namespace that is not there, and a name that is taken, are one kind of error.
      await callKubernetes(`reading ${kind} ${namespace}/${name}`, () =>
        this.#client.resources.getNamespacedCustomObject({ ...path, name }),
      );
      return false;
    }
  }
}
