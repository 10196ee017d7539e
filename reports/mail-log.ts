/** Lines of Postfix's log as facts. Pure: the same lines give the same facts, however often they are read. */

/** Why a message was not taken, or was put off. */
export type Why =
  | 'virus'
  | 'spam'
  | 'unknown'
  | 'full'
  | 'large'
  | 'closed'
  | 'secret'
  | 'spoofed'
  | 'relay'
  | 'limit'
  | 'later'
  | 'other';

export type Fact =
  /** Postfix has a message: who handed it over, and who was logged in. */
  | { readonly kind: 'taken'; readonly id: string; readonly by: By; readonly login?: string }
  | { readonly kind: 'queued'; readonly id: string; readonly from: string; readonly bytes: number }
  | {
      readonly kind: 'handed';
      readonly id: string;
      readonly to: string;
      /** `lmtp` is into one of our mailboxes, `smtp` to another server. */
      readonly via: string;
      readonly status: string;
    }
  | {
      readonly kind: 'refused';
      readonly id?: string;
      readonly by: By;
      readonly why: Why;
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: 'spam'; readonly id: string };

/** The port that it came in by. */
export type By = 'outside' | 'people' | 'notices' | 'replies';

/** A line of the journal: seconds since the epoch, a tab, and what Postfix has logged. `lost N` tells of N that could not be kept. */
export type JournalLine =
  | { readonly at: number; readonly fact: Fact; readonly text: string }
  | { readonly at: number; readonly lost: number };

const journalLine = /^(\d{9,11})\t(.*)$/;
/** Nov 26 00:38:46 mail postfix/submission/smtpd[271]: 4dJ2…: what happened */
const postfixLine =
  /^\w{3} [ \d]\d [\d:]{8} \S+ postfix\/(?:([\w-]+)\/)?(\w+)\[\d+\]: (NOQUEUE|[0-9A-Za-z]{6,20}): (.*)$/;

/** Undefined for a line that says nothing of what is counted. */
export function parseJournal(line: string): JournalLine | undefined {
  const [, seconds, text] = journalLine.exec(line) ?? [];
  if (seconds === undefined || text === undefined) return undefined;
  const lost = /^lost (\d+)$/.exec(text)?.[1];
  if (lost !== undefined) return { at: Number(seconds), lost: Number(lost) };
  const fact = factOf(text);
  return fact === undefined ? undefined : { at: Number(seconds), fact, text };
}

export function factOf(text: string): Fact | undefined {
  const [, service, program, queueId, what] = postfixLine.exec(text) ?? [];
  if (program === undefined || queueId === undefined || what === undefined) return undefined;
  // What the clerk is given is a copy, and no delivery to anybody.
  if (service === 'clerk') return undefined;
  const id = queueId === 'NOQUEUE' ? undefined : queueId;
  if (/^(milter-)?reject: /.test(what)) return refusal(id, byOf(service), what);
  if (id === undefined) return undefined;
  if (program === 'smtpd') return taken(id, byOf(service), what);
  if (/^milter-header-warning: header X-Spam: Yes/i.test(what)) return { kind: 'spam', id };
  if (program === 'qmgr') return queued(id, what);
  const [, to, status] = /^to=<([^>]*)>, .*?status=(\w+) /.exec(what) ?? [];
  if (to === undefined || status === undefined) return undefined;
  return { kind: 'handed', id, to: to.toLowerCase(), via: program, status };
}

function byOf(service: string | undefined): By {
  if (service === 'submission' || service === 'submissions') return 'people';
  return service === 'notices' || service === 'replies' ? service : 'outside';
}

function taken(id: string, by: By, what: string): Fact | undefined {
  if (!what.startsWith('client=')) return undefined;
  const login = /, sasl_username=([^,\s]+)/.exec(what)?.[1];
  return { kind: 'taken', id, by, ...(login === undefined ? {} : { login: login.toLowerCase() }) };
}

function queued(id: string, what: string): Fact | undefined {
  const [, from, bytes] = /^from=<([^>]*)>, size=(\d+), nrcpt=/.exec(what) ?? [];
  return from === undefined
    ? undefined
    : { kind: 'queued', id, from: from.toLowerCase(), bytes: Number(bytes) };
}

/** `reject: RCPT from host[1.2.3.4]: 550 5.1.1 <a@b>: words; from=<x> to=<a@b> proto=…` */
function refusal(id: string | undefined, by: By, what: string): Fact {
  const addresses = / from=<([^>]*)>(?: to=<([^>]*)>)?/.exec(what.slice(what.lastIndexOf('; ')));
  return {
    ...{ kind: 'refused', by, why: whyOf(what), from: (addresses?.[1] ?? '').toLowerCase() },
    to: (addresses?.[2] ?? '').toLowerCase(),
    ...(id === undefined ? {} : { id }),
  };
}

/** The words are those of our own configuration (charts/config/postfix, charts/config/rspamd), and rspamd's of spam. */
const words: readonly (readonly [RegExp, Why])[] = [
  [/\(virus found\)|archive is too large to be scanned/, 'virus'],
  [/Spam message rejected|gtube/i, 'spam'],
  [/attachments may have|Message size exceeds|message is too large|message file too big/i, 'large'],
  [/too many (messages|recipients)/, 'limit'],
  [/tai lieu mat khong gui/, 'secret'],
  [/From header is not|must log in|not owned by user/, 'spoofed'],
  [/Relay access denied/, 'relay'],
  [/mailbox is full/, 'full'],
  [/is closed, write to|is reclaimed, write to|may not send any more/, 'closed'],
  [/User unknown|address rejected: undeliverable|Recipient address rejected: unverified/i, 'unknown'],
];

const codes: Readonly<Record<string, Why>> = {
  '5.1.1': 'unknown',
  '5.2.1': 'closed',
  '5.2.2': 'full',
  '5.2.3': 'large',
  '5.3.4': 'large',
};

function whyOf(what: string): Why {
  const known = words.find(([pattern]) => pattern.test(what))?.[1];
  if (known !== undefined) return known;
  const [, code, status] = /\]: (?:([245])\d\d )?([245]\.\d+\.\d+) /.exec(what) ?? [];
  if ((code ?? status)?.startsWith('4')) return 'later';
  return codes[status ?? ''] ?? 'other';
}
