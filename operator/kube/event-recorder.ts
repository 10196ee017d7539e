import { randomBytes } from 'node:crypto';
import { type EventsV1Api, type EventsV1Event, V1MicroTime } from '@kubernetes/client-node';
import { apiVersion, type Resource } from '../api/resource.ts';
import type { ResourceEvent } from '../ports.ts';
import { callKubernetes } from './api-error.ts';
import { fieldManager } from './client.ts';
import { DroppedEventCount, summaryOf } from './dropped-events.ts';
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
  /** What was dropped is told so many milliseconds after the first of it, in one event that needs no token. */
  readonly summaryMs: number;
};

export const defaultEventLimits: EventLimits = {
  suppressMs: 600_000,
  burst: 50,
  perSecond: 1,
  summaryMs: 60_000,
};

/** What an event is about. */
export type Regarding = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
};

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

function toEvent(regarding: Regarding, event: ResourceEvent, instance: string): EventsV1Event {
  const { name, namespace } = regarding;
  return {
    metadata: { name: `${name.slice(0, 200)}.${randomBytes(8).toString('hex')}`, namespace },
    eventTime: new V1MicroTime(),
    reportingController,
    reportingInstance: instance,
    type: event.type,
    reason: event.reason,
    action: event.action,
    note: fitNote(event.message),
    regarding,
  };
}

/**
 * Writes events.k8s.io/v1 events: each once in a while, never faster than the limits, and never throws. What the limits
 * kept back is told by a later one.
 */
export class EventRecorder {
  readonly #events: EventsV1Api;
  readonly #instance: string;
  readonly #limits: EventLimits;
  readonly #report: Report;
  readonly #site: Regarding;
  readonly #dropped = new DroppedEventCount();
  #summary: NodeJS.Timeout | undefined;
  /** When each event was last written, in order of writing. */
  readonly #written = new Map<string, number>();
  readonly #counters = { written: 0, suppressed: 0, dropped: 0, failed: 0 };
  #tokens: number;
  #refilledAt = performance.now();

  /**
   * @param instance name of this process, such as its pod's
   * @param site what an event is about that concerns no one resource
   */
  constructor(events: EventsV1Api, instance: string, site: Regarding, limits: EventLimits, report: Report) {
    this.#events = events;
    this.#site = site;
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
      this.#dropped.add(event.reason);
      this.#tellLater();
      return;
    }
    this.#written.set(key, now);
    const { kind, metadata } = resource;
    const regarding = { apiVersion, kind, namespace, name: metadata.name, uid };
    void this.#write(regarding, event).then((isWritten) => {
      if (!isWritten) this.#written.delete(key);
    });
  }

  /** No further summary is written; what was dropped last stands in the log alone. */
  stop(): void {
    clearTimeout(this.#summary);
  }

  #tellLater(): void {
    if (this.#summary !== undefined) return;
    this.#summary = setTimeout(() => void this.#tellDropped(), this.#limits.summaryMs).unref();
  }

  async #tellDropped(): Promise<void> {
    this.#summary = undefined;
    const dropped = this.#dropped.take();
    if (dropped === undefined) return;
    const message = summaryOf(dropped);
    const event = { type: 'Normal', reason: 'EventsDropped', action: 'Summarize', message } as const;
    if (await this.#write(this.#site, event)) return;
    this.#dropped.putBack(dropped);
    this.#tellLater();
  }

  async #write(regarding: Regarding, event: ResourceEvent): Promise<boolean> {
    const { namespace, name } = regarding;
    const body = toEvent(regarding, event, this.#instance);
    const what = `event ${event.reason} of ${namespace}/${name}`;
    try {
      await callKubernetes(what, () => this.#events.createNamespacedEvent({ namespace, body, fieldManager }));
      this.#counters.written++;
      return true;
    } catch (error) {
      this.#counters.failed++;
      this.#report(what, error);
      return false;
    }
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
