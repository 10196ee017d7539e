/** The way of a message, found in the lines that Postfix, rspamd and Dovecot have logged. Pure. */

/** A line of a log: when it was written (RFC 3339), by which daemon, and its text without that time. */
export type Line = { readonly at: string; readonly part: Part; readonly text: string };
export type Part = 'postfix' | 'rspamd' | 'dovecot';

export type Step = {
  readonly at: string;
  readonly part: Part;
  /** The daemon's program: `smtpd`, `cleanup`, `qmgr`, `lmtp`, `milter` … */
  readonly program: string;
  readonly text: string;
};
export type Way = {
  readonly queueId: string;
  readonly messageId?: string;
  readonly from?: string;
  /** What became of it, recipient by recipient: the last attempt counts. */
  readonly recipients: readonly { readonly address: string; readonly status: string }[];
  readonly steps: readonly Step[];
};

/** `kubectl logs --timestamps`: each line begins with its time. Lines without one are none of a log. */
export function linesOf(part: Part, log: string): readonly Line[] {
  return log.split('\n').flatMap((line) => {
    const [, at, text] = /^(\d{4}-\d\d-\d\dT\S+) (.*)$/.exec(line) ?? [];
    return at === undefined || text === undefined ? [] : [{ at: new Date(at).toISOString(), part, text }];
  });
}

/** Words such as `warning` and `NOQUEUE` stand there, too. Nov 26 00:38:46 mail postfix/submission/smtpd[271]: 4dJ2…: client=… */
const postfixLine =
  /^\w{3} [ \d]\d [\d:]{8} \S+ postfix\/(?:\S+\/)?(\w+)\[\d+\]: (?=\w*\d)([0-9A-Za-z]{6,20}): (.*)$/;
/** … proxy; rspamd_task_write_log: id: <…>, qid: <4dJ2…>, ip: …, (default: F (no action): [0.90/15.00] [A(0.1){},…]), …, time: 119.6ms */
const rspamdLine =
  /rspamd_task_write_log: id: <([^>]*)>, qid: <([^>]*)>, .*?\(default: \w \(([^)]+)\): (\[[^\]]*\]) \[([^\]]*)\]\).* time: ([\d.]+ms)/;
const forced = /, forced: [a-z ]+ "([^"]*)"/;
/** Nov 26 00:38:46 lmtp(binh@…)<17><4x/tB5Z…>: Info: sieve: msgid=<…>: stored mail into mailbox 'INBOX' */
const dovecotLine = /^\w{3} [ \d]\d [\d:]{8} (\w+)\(([^)]*)\)<\d+><([^>]+)>: \w+: (.*)$/;
/** What Dovecot has answered Postfix names the session in which it stored the message. */
const session = /status=sent \(250 2\.0\.0 <[^>]*> (\S+) Saved\)/;

/**
 * The messages of this queue id or Message-ID (with or without its brackets), the oldest first; none where no line names it.
 * @param lines of all three, in any order
 */
export function waysOf(lines: readonly Line[], id: string): readonly Way[] {
  const bare = id.replace(/^<|>$/g, '');
  const found = lines.flatMap((line) => step(line) ?? []);
  const named = found.filter(({ queueId, messageId }) => queueId === bare || messageId === bare);
  const queueIds = [...new Set(named.flatMap(({ queueId }) => queueId ?? []))];
  return queueIds
    .map((queueId) => wayOf(found, queueId))
    .sort((one, other) => ((one.steps[0]?.at ?? '') < (other.steps[0]?.at ?? '') ? -1 : 1));
}

type Found = Step & {
  readonly queueId?: string;
  readonly messageId?: string;
  /** Of Dovecot: what it logged itself, or what Postfix was told. */
  readonly session?: string;
};

function step({ at, part, text }: Line): Found | undefined {
  if (part === 'postfix') return ofPostfix(at, text);
  if (part === 'rspamd') return ofRspamd(at, text);
  const [, program, user, dovecotSession, what] = dovecotLine.exec(text) ?? [];
  if (program === undefined || what === undefined || dovecotSession === undefined) return undefined;
  return { at, part, program, text: `${user}: ${what}`, session: dovecotSession };
}

function ofPostfix(at: string, text: string): Found | undefined {
  const [, program, queueId, what] = postfixLine.exec(text) ?? [];
  if (program === undefined || queueId === undefined || what === undefined) return undefined;
  const messageId = /^message-id=<?([^>]*)>?$/.exec(what)?.[1];
  const told = session.exec(what)?.[1];
  return {
    ...{ at, part: 'postfix', program, text: what, queueId },
    ...(messageId ? { messageId } : {}),
    ...(told === undefined ? {} : { session: told }),
  };
}

function ofRspamd(at: string, text: string): Found | undefined {
  const [, messageId, queueId, action, score, symbols = '', time] = rspamdLine.exec(text) ?? [];
  if (messageId === undefined || queueId === undefined) return undefined;
  const rules = [...symbols.matchAll(/(\w+)\((-?[\d.]+)\)/g)].filter(([, , weight]) => Number(weight) !== 0);
  const reason = forced.exec(text)?.[1];
  const names = rules.map(([, rule, weight]) => `${rule} ${weight}`).join(', ');
  return {
    ...{ at, part: 'rspamd', program: 'milter', queueId, messageId },
    text: `${action} ${score}, ${time}${reason === undefined ? '' : `, ${reason}`}: ${names}`,
  };
}

function wayOf(found: readonly Found[], queueId: string): Way {
  const own = found.filter((one) => one.queueId === queueId);
  const sessions = new Set(own.flatMap((one) => one.session ?? []));
  const all = found.filter(
    (one) => one.queueId === queueId || (one.part === 'dovecot' && sessions.has(one.session ?? '')),
  );
  // Within the same moment as the logs have it: sorting keeps the order of equals.
  const steps = all.toSorted((one, other) => (one.at === other.at ? 0 : one.at < other.at ? -1 : 1));
  const messageId = own.find((one) => one.part === 'postfix' && one.messageId !== undefined)?.messageId;
  const from = own
    .map(({ text }) => /^from=<([^>]*)>, size=/.exec(text)?.[1])
    .find((one) => one !== undefined);
  return {
    queueId,
    ...(messageId === undefined ? {} : { messageId }),
    ...(from === undefined ? {} : { from }),
    recipients: recipientsOf(own),
    steps: steps.map(({ at, part, program, text }) => ({ at, part, program, text })),
  };
}

function recipientsOf(own: readonly Found[]): Way['recipients'] {
  const statuses = own.flatMap(({ text }) => {
    const [, address, status] = /^to=<([^>]*)>, .*, status=(\w+) /.exec(text) ?? [];
    return address === undefined || status === undefined ? [] : [[address, status] as const];
  });
  return [...new Map(statuses)].map(([address, status]) => ({ address, status }));
}
