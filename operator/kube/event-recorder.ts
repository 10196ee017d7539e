import { randomBytes } from 'node:crypto';
import { type EventsV1Api, type EventsV1Event, V1MicroTime } from '@kubernetes/client-node';
import { apiVersion, type Resource } from '../api/resource.ts';
import type { ResourceEvent } from '../ports.ts';
import { callKubernetes } from './api-error.ts';
import { fieldManager } from './client.ts';
import type { Report } from './informer.ts';

/** `reportingController` of every event, to filter by. */
export const reportingController = 'hopthu.io/operator';

/** What the API server accepts as `note`, in bytes. */
const MAX_NOTE = 1024;

export type EventLimits = {
  /** The same event on the same resource is written once in this time, in milliseconds. */
  readonly suppressMs: number;
  /** Events that may be written at once after a quiet time. */
  readonly burst: number;
  /** Events per second after that; the rest is dropped, so that 20,000 new mailboxes do not double the writes. */
  readonly perSecond: number;
};

export const defaultEventLimits: EventLimits = { suppressMs: 600_000, burst: 50, perSecond: 1 };

export type EventCounters = {
  readonly written: number;
  readonly suppressed: number;
  readonly dropped: number;
  readonly failed: number;
};

/** Cuts at a character, not within one. */
function fitNote(text: string): string {
  let note = text;
  while (Buffer.byteLength(note) > MAX_NOTE) note = note.slice(0, Math.floor(note.length * 0.95));
  return note;
}

function toEvent(resource: Resource, event: ResourceEvent, instance: string): EventsV1Event {
  const { name, namespace, uid } = resource.metadata;
  return {
    metadata: { name: `${name.slice(0, 200)}.${randomBytes(8).toString('hex')}`, namespace },
    eventTime: new V1MicroTime(),
    reportingController,
    reportingInstance: instance,
    type: event.type,
    reason: event.reason,
    action: event.action,
    note: fitNote(event.message),
    regarding: { apiVersion, kind: resource.kind, name, namespace, uid },
  };
}

/** Writes events.k8s.io/v1 events: each once in a while, never faster than the limits, and never throws. */
export class EventRecorder {
  readonly #events: EventsV1Api;
  readonly #instance: string;
  readonly #limits: EventLimits;
  readonly #report: Report;
  /** When each event was last written, in order of writing. */
  readonly #written = new Map<string, number>();
  readonly #counters = { written: 0, suppressed: 0, dropped: 0, failed: 0 };
  #tokens: number;
  #refilledAt = performance.now();

  /** @param instance name of this process, such as its pod's */
  constructor(events: EventsV1Api, instance: string, limits: EventLimits, report: Report) {
    this.#events = events;
    this.#instance = instance;
    this.#limits = limits;
    this.#report = report;
    this.#tokens = limits.burst;
  }

  counters(): EventCounters {
    return { ...this.#counters };
  }

  record(resource: Resource, event: ResourceEvent): void {
    const now = performance.now();
    this.#forgetBefore(now - this.#limits.suppressMs);
    const { uid, namespace } = resource.metadata;
    const key = JSON.stringify([uid, event.type, event.reason, event.action, event.message]);
    if (this.#written.has(key)) {
      this.#counters.suppressed++;
      return;
    }
    if (!this.#takeToken(now)) {
      this.#counters.dropped++;
      return;
    }
    this.#written.set(key, now);
    const body = toEvent(resource, event, this.#instance);
    const what = `event ${event.reason} of ${namespace}/${resource.metadata.name}`;
    callKubernetes(what, () => this.#events.createNamespacedEvent({ namespace, body, fieldManager })).then(
      () => this.#counters.written++,
      (error) => {
        this.#counters.failed++;
        this.#written.delete(key);
        this.#report(what, error);
      },
    );
  }

  #forgetBefore(time: number): void {
    for (const [key, writtenAt] of this.#written) {
      if (writtenAt > time) return;
      this.#written.delete(key);
    }
  }

  #takeToken(now: number): boolean {
    const refill = ((now - this.#refilledAt) / 1000) * this.#limits.perSecond;
    this.#tokens = Math.min(this.#limits.burst, this.#tokens + refill);
    this.#refilledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
