/** Words and pages of the portal, which a province may replace, and what each of them may ask for. Pure. */
import { parse } from 'yaml';
import { z } from 'zod';
import { Invalid } from '../errors.ts';
import { checkPage, type Shape } from './page-template.ts';
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
]);
export type Outcome = z.infer<typeof outcome>;

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
  /** Of what there is not, or what went wrong. */
  'fault.html': { missing: true },
} as const satisfies Readonly<Record<string, Shape>>;
export type PageFile = keyof typeof pageShapes;

/** Served as they are, to everybody. */
export const assets = { 'style.css': 'text/css', 'rules.js': 'text/javascript' } as const;
export type Asset = keyof typeof assets;

export type PortalFile = PageFile | Asset | 'texts.yaml';
export const portalFiles = [
  ...Object.keys(pageShapes),
  ...Object.keys(assets),
  'texts.yaml',
] as readonly PortalFile[];

export type PortalTexts = {
  readonly words: Readonly<Record<Outcome, string>>;
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
  return { words, files };
}

function wordsOf<T>(name: string, text: string, schema: z.ZodType<T>): T {
  const { data, error } = schema.safeParse(parse(text));
  if (error === undefined) return data as T;
  const faults = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Invalid(name, faults.join('; '));
}
