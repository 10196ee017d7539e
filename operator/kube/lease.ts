/** The record of an election as a Lease of the API server. */
import {
  CoordinationV1Api,
  type KubeConfig,
  type V1Lease,
  type V1LeaseSpec,
  V1MicroTime,
} from '@kubernetes/client-node';
import { Conflict } from '../errors.ts';
import { callKubernetes, httpStatus } from './api-error.ts';
import { apiConfiguration, fieldManager } from './client.ts';
import { clientGoTimes, type LeaseRecord, type LeaseStore } from './election.ts';

/** Half of `renewWithin`, as in client-go, and no retries: a renewal that hangs leaves time for another. */
const limits = { deadlineMs: clientGoTimes.renewWithin / 2, retries: 0, firstWaitMs: 0 };

/** Where the Lease is. */
export type LeaseName = { readonly namespace: string; readonly name: string };

/** @param config its own, so that a renewal never waits behind other calls */
export function leaseStore(config: KubeConfig, { namespace, name }: LeaseName): LeaseStore {
  const api = new CoordinationV1Api(apiConfiguration(config, limits));
  const what = `Lease ${namespace}/${name}`;
  return {
    async read() {
      try {
        return toRecord(await api.readNamespacedLease({ namespace, name }));
      } catch (error) {
        if (httpStatus(error) === 404) return undefined;
        return callKubernetes(`reading ${what}`, () => Promise.reject(error));
      }
    },
    write: (next, previous) =>
      callKubernetes(`writing ${what}`, async () => {
        const metadata = { namespace, name };
        if (previous === undefined) {
          const body: V1Lease = { metadata, spec: toSpec(next) };
          return toRecord(await api.createNamespacedLease({ namespace, body, fieldManager }));
        }
        const body: V1Lease = {
          metadata: { ...metadata, resourceVersion: previous.version },
          spec: toSpec(next),
        };
        return toRecord(await api.replaceNamespacedLease({ namespace, name, body, fieldManager }));
      }),
  };
}

/** As client-go writes it: without a holder, and for one second, when it was given back. */
function toSpec({ holder, acquiredAt, transitions }: Omit<LeaseRecord, 'version'>): V1LeaseSpec {
  return {
    ...(holder === '' ? {} : { holderIdentity: holder }),
    leaseDurationSeconds: holder === '' ? 1 : clientGoTimes.duration / 1000,
    acquireTime: new V1MicroTime(acquiredAt),
    renewTime: new V1MicroTime(),
    leaseTransitions: transitions,
  };
}

function toRecord({ metadata, spec }: V1Lease): LeaseRecord {
  const version = metadata?.resourceVersion;
  if (version === undefined) throw new Conflict('the Lease came without a version');
  return {
    holder: spec?.holderIdentity ?? '',
    acquiredAt: spec?.acquireTime ?? new Date(),
    transitions: spec?.leaseTransitions ?? 0,
    version,
  };
}
