/** Messages from the first SMTP connection until the last one lies in a mailbox. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Pods } from './pods.ts';

/** Four senders at once, each with mailboxes of its own; each keeps five connections busy. */
const lanes = ['a', 'b', 'c', 'd'] as const;
const perLane = 25;
const sessions = 5;
/** Nothing is delivered any more after so many milliseconds without a message. */
const patience = 60_000;

/** Local parts of the hundred mailboxes. */
export const people: readonly string[] = lanes.flatMap((lane) =>
  Array.from({ length: perLane }, (_, index) => `${lane}${index}`),
);

export type Load = {
  /** Where mail is sent, `address:port`. */
  readonly target: string;
  readonly domain: string;
  /** The mailboxes' folder on this machine. */
  readonly mail: string;
  readonly messages: number;
  /** Each message is another one, for who remembers what it has judged; else each person is sent the same ones. */
  readonly distinct: boolean;
};

/** `smtp-source` of Postfix, which takes one letter: `-N` puts 0, 1, … behind the recipient's name. */
function script({ target, domain, messages, distinct }: Load, from: number): string {
  const common = `-s ${distinct ? 1 : sessions} -M client.example.org -f vanphong@example.org -F /letters/$letter`;
  const one = distinct
    ? `smtp-source ${common} -t $lane$((letter % ${perLane}))@${domain} inet:${target}`
    : `smtp-source ${common} -N -m ${perLane} -t $lane@${domain} inet:${target}`;
  const each = messages / lanes.length / (distinct ? 1 : perLane);
  const parallel = distinct ? sessions : 1;
  return [
    'date +%s%N',
    'start=0',
    `for lane in ${lanes.join(' ')}; do`,
    `  for part in $(seq ${parallel}); do`,
    `    (letter=$((${from} + start)); end=$((letter + ${each / parallel}))`,
    `    while [ $letter -lt $end ]; do ${one} || exit 1; letter=$((letter + 1)); done) &`,
    '    pids="$pids $!"',
    `    start=$((start + ${each / parallel}))`,
    '  done',
    'done',
    'for pid in $pids; do wait $pid || exit 1; done',
  ].join('\n');
}

/** How many letters a load takes. */
export function lettersOf({ messages, distinct }: Pick<Load, 'messages' | 'distinct'>): number {
  return distinct ? messages : messages / perLane;
}

/** Microseconds at which each message was written, by the names that Dovecot gives them (`<seconds>.M<microseconds>P…`). */
function deliveredAt(mail: string): readonly number[] {
  return people.flatMap((person) =>
    ['new', 'cur'].flatMap((folder) => namesIn(join(mail, person, 'Maildir', folder)).map(timeOf)),
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function timeOf(name: string): number {
  const [, seconds, micros] = /^(\d+)\.M(\d+)P/.exec(name) ?? [];
  if (seconds === undefined) throw new Error(`${name} is no message of Dovecot's`);
  return Number(seconds) * 1e6 + Number(micros);
}

/**
 * Sends from a container of the pod `load` and waits for the last message.
 * @param from number of the first letter
 * @returns seconds
 * @throws Error when a message is refused or does not come
 */
export async function deliver(pods: Pods, load: Load, from: number): Promise<number> {
  const before = deliveredAt(load.mail).length;
  const wanted = before + load.messages;
  const started = Number(await pods.exec('load-0', 'load', ['/bin/sh', '-c', script(load, from)])) / 1000;
  let seen = before;
  let since = performance.now();
  for (;;) {
    const times = deliveredAt(load.mail);
    if (times.length === wanted) return (Math.max(...times) - started) / 1e6;
    if (times.length !== seen) {
      seen = times.length;
      since = performance.now();
    }
    if (performance.now() - since > patience)
      throw new Error(`${times.length - before} of ${load.messages} messages came`);
    await setTimeout(100);
  }
}
