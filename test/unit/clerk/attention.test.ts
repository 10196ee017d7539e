/** What decides when a request is looked at. */
import { expect, it } from '@jest/globals';
import { isDue, isOver, type Look, type Moment } from '../../../clerk/attention.ts';
import type { RequestResource } from '../../../clerk/ports.ts';
import type { RequestStatus } from '../../../operator/api/request.ts';

const minute = 60_000;
const before: Moment = { revision: 7, day: '2026-11-26', at: Date.parse('2026-11-26T03:00:00Z') };
const later = (change: Partial<Moment>, seconds = 1): Moment => ({
  ...before,
  ...change,
  at: before.at + seconds * 1000,
});

function look(status: RequestStatus): Look {
  return { ...before, resource: {} as RequestResource, status };
}
const pending = look({ phase: 'Pending' });
const approved = look({ phase: 'Approved' });

it.each<[string, Look, Moment, boolean]>([
  ['nothing changed', pending, later({}, 3_599), false],
  ['nothing is known to have changed for an hour', pending, later({}, 3_600), true],
  ['a mailbox changed a moment after the review', pending, later({ revision: 8 }, 59), false],
  ['a mailbox changed, and the review is a minute old', pending, later({ revision: 8 }, 60), true],
  ['a mailbox changed that an approved request may wait for', approved, later({ revision: 8 }, 1), true],
  ['nothing changed since it was approved', approved, later({}, 600), false],
  ['a day began in Việt Nam', pending, later({ day: '2026-11-27' }), true],
])('%s', (_, last, now, expected) => {
  expect(isDue(last, now, minute)).toBe(expected);
});

it.each<[string, RequestStatus, boolean]>([
  ['waits for a decision', status('Pending', 'False', 'AwaitingDecision'), false],
  ['is settled, and letters are to go', status('Settled', 'False', 'Telling'), false],
  ['is settled, and a letter could not go', status('Settled', 'False', 'LetterNotSent'), false],
  ['is settled and told', status('Settled', 'True', 'Settled'), true],
  ['is refused and told', status('Refused', 'True', 'Refused'), true],
  ['cannot be read', status(undefined, 'False', 'Invalid'), true],
])('one that %s', (_, known, expected) => {
  expect(isOver(look(known))).toBe(expected);
});

function status(phase: RequestStatus['phase'], ready: 'True' | 'False', reason: string): RequestStatus {
  const at = '2026-11-26T03:00:00Z';
  const condition = { status: ready, reason, message: '', observedGeneration: 1, lastTransitionTime: at };
  return { ...(phase === undefined ? {} : { phase }), conditions: [{ type: 'Ready', ...condition }] };
}
