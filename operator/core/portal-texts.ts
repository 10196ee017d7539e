/** Words and pages of the portal, which a province may replace, and what each of them may ask for. Pure. */
import { parse } from 'yaml';
import { z } from 'zod';
import { delegateRights } from '../api/mailbox.ts';
import { Invalid } from '../errors.ts';
import { checkPage, type Shape } from './page-template.ts';
import { type FileWords, fileWords, publishedShapes } from './published-texts.ts';
import { fill } from './template.ts';

/** How a wish for another password ends, as the page words it. */
const outcome = z.enum([
  'changed',
  /** The same, but who is logged in elsewhere may still be. */
  'changedOnly',
  /** The form is of another browser, or its cookie is gone. */
  'stale',
  'incomplete',
  'different',
  'same',
  'throttled',
  'busy',
  'unavailable',
  'wrong',
  'expired',
  'forbidden',
  'weak',
  'young',
  'used',
  'other',
  /** Said before any wish, to who came by a login that the first password opens no further. */
  'mustChange',
]);
export type Outcome = z.infer<typeof outcome>;

/** Why a login did not come about. */
const loginOutcome = z.enum(['stale', 'incomplete', 'throttled', 'busy', 'unavailable', 'wrong', 'expired']);
export type LoginOutcome = z.infer<typeof loginOutcome>;

/** Words of a person's own page. */
const mailboxWords = z.strictObject({
  rights: z.record(z.enum(delegateRights), z.string().min(1)),
  services: z.record(z.enum(['imap', 'pop3', 'managesieve']), z.string().min(1)),
  changes: z.record(z.enum(['added', 'removed', 'changed']), z.string().min(1)),
  refusals: z.record(
    z.enum(['unknown', 'itself', 'outside', 'already', 'noRights', 'tooMany', 'nothing']),
    z.string().min(1),
  ),
  stale: z.string().min(1),
});
export type MailboxWords = Readonly<z.infer<typeof mailboxWords>>;

/** What every page may ask for: the site's title and where the pages are. */
export const everywhere = {
  site: true,
  webmail: true,
  base: true,
  mailboxPath: true,
  passwordPath: true,
  publishedPath: true,
  handbookPath: true,
} as const satisfies Shape;

/** What a page may ask for besides, by file. */
export const pageShapes = {
  /** Around every page; `content` is the page, the flags say which part of the portal it is of. */
  'frame.html': {
    title: true,
    content: true,
    onMailbox: true,
    onPassword: true,
    onPublished: true,
    onHandbook: true,
  },
  'password.html': {
    ...{ message: true, action: true, token: true, address: true, domain: true },
    ...{ minLength: true, history: true, length: true, upper: true, lower: true, digit: true, special: true },
  },
  'login.html': { message: true, action: true, token: true, address: true, domain: true, next: true },
  'done.html': { message: true },
  'handbooks.html': {
    officialsPath: true,
    staffPath: true,
    officials: { id: true, heading: true },
    staff: { id: true, heading: true },
  },
  'handbook.html': {
    ...{ regulation: true, isForStaff: true, body: true },
    contents: { id: true, heading: true, sections: { id: true, heading: true } },
  },
  'mailbox.html': {
    ...{ name: true, title: true, organization: true, address: true, settings: true },
    ...{ token: true, logoutPath: true, delegatesPath: true },
    aliases: { alias: true },
    former: { alias: true, until: true },
    ...{ isUsedKnown: true, used: true, limit: true, percent: true, isNearlyFull: true },
    ...{ expiry: true, changed: true, before: true, isSessionsKnown: true },
    logins: { when: true, succeeded: true },
    sessions: { service: true, connections: true, from: true },
    shared: {
      ...{ number: true, address: true, organization: true, rights: true },
      ...{ isOwn: true, isHead: true, head: true },
      managed: { account: true },
      delegates: { account: true, name: true, mail: true, read: true, write: true, send: true },
      rows: { row: true },
    },
  },
  'devices.html': { settings: true },
  'settings.html': {
    ...{ mailHost: true, imapsPort: true, popPort: true, submissionsPort: true, submissionPort: true },
    ...{ example: true, profilePath: true, autoconfigPath: true, autodiscoverPath: true },
    ...{ devicesPath: true, devicesUrl: true, qr: true },
  },
  'proposal.html': {
    ...{ message: true, address: true, organization: true, file: true, download: true, manifest: true },
    faults: { who: true, fault: true },
    lines: { line: true },
  },
  /** Of what there is not, or what went wrong. */
  'fault.html': { missing: true },
  ...publishedShapes,
} as const satisfies Readonly<Record<string, Shape>>;
export type PageFile = keyof typeof pageShapes;

/** Served as they are, to everybody. */
export const assets = {
  'style.css': 'text/css',
  'rules.js': 'text/javascript',
  'published.js': 'text/javascript',
} as const;
export type Asset = keyof typeof assets;

/** Single sentences, and the comment at the head of a proposal. */
const wordFiles = ['texts.yaml', 'login.yaml', 'mailbox.yaml', 'proposal.txt', 'published.yaml'] as const;

export type PortalFile = PageFile | Asset | (typeof wordFiles)[number];
export const portalFiles = [
  ...Object.keys(pageShapes),
  ...Object.keys(assets),
  ...wordFiles,
] as readonly PortalFile[];

export type PortalTexts = {
  readonly words: Readonly<Record<Outcome, string>>;
  readonly login: Readonly<Record<LoginOutcome, string>>;
  readonly mailbox: MailboxWords;
  /** Of the files of the published directory. */
  readonly published: FileWords;
  readonly files: Readonly<Record<PortalFile, string>>;
};

/**
 * @param files every one of `portalFiles`
 * @throws Invalid naming the file, and what it lacks or asks for that there is not
 */
export function portalTexts(files: Readonly<Record<PortalFile, string>>): PortalTexts {
  for (const [name, shape] of Object.entries(pageShapes))
    checkPage(name, files[name as PageFile], { ...everywhere, ...shape });
  const words = wordsOf('texts.yaml', files['texts.yaml'], z.record(outcome, z.string().min(1)));
  for (const text of Object.values(words)) fill('texts.yaml', text, { minLength: '', history: '' });
  const login = wordsOf('login.yaml', files['login.yaml'], z.record(loginOutcome, z.string().min(1)));
  const mailbox = wordsOf('mailbox.yaml', files['mailbox.yaml'], mailboxWords);
  for (const text of Object.values(mailbox.changes))
    fill('mailbox.yaml', text, { who: '', rights: '', before: '' });
  fill('proposal.txt', files['proposal.txt'], {
    address: '',
    organization: '',
    who: '',
    when: '',
    lines: '',
  });
  const published = wordsOf('published.yaml', files['published.yaml'], fileWords);
  return { words, login, mailbox, published, files };
}

function wordsOf<T>(name: string, text: string, schema: z.ZodType<T>): T {
  const { data, error } = schema.safeParse(parse(text));
  if (error === undefined) return data as T;
  const faults = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Invalid(name, faults.join('; '));
}
