/** The portal: its part of the site file, and the words and pages that a province may replace. Pure. */
import { parse } from 'yaml';
import { z } from 'zod';
import { Invalid } from '../errors.ts';
import { slug } from './site-directory.ts';
import { fill } from './template.ts';

/** What a site says of it. */
export const portal = z
  .strictObject({
    replicas: z.int().min(1).max(16).describe('Pods of the portal.'),
    templates: slug
      .optional()
      .describe(
        'Folder beside the site file with pages and words of its own, named as those in `charts/config/portal/`.',
      ),
  })
  .describe('Where people change their passwords (R25): below `/tai-khoan/` of the webmail.');

/** Below which the webmail's web server hands over to the portal. */
export const portalPath = '/tai-khoan';

export const passwordPath = `${portalPath}/mat-khau`;

/** Where people outside find it; the port outside is the standard one where there is this name. */
export function passwordPage({ hosts }: { readonly hosts: { readonly webmail: string } }): string {
  return `https://${hosts.webmail}${passwordPath}`;
}

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

/** Values that words and pages may ask for, by file. */
const fields = {
  'texts.yaml': ['minLength', 'history'],
  'done.html': ['site', 'message', 'webmail', 'base'],
  'password.html': [
    ...['site', 'message', 'webmail', 'base', 'action', 'token', 'address', 'domain'],
    ...['minLength', 'history', 'length', 'upper', 'lower', 'digit', 'special'],
  ],
  'style.css': [],
  'rules.js': [],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type PortalFile = keyof typeof fields;
export const portalFiles = Object.keys(fields) as readonly PortalFile[];

export type PortalTexts = {
  readonly words: Readonly<Record<Outcome, string>>;
  readonly files: Readonly<Record<PortalFile, string>>;
};

/**
 * @param files every one of `portalFiles`
 * @throws Invalid naming the file, and what it lacks or asks for that there is not
 */
export function portalTexts(files: Readonly<Record<PortalFile, string>>): PortalTexts {
  const words = z.record(outcome, z.string().min(1)).safeParse(parse(files['texts.yaml']));
  if (!words.success) {
    const faults = words.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Invalid('texts.yaml', faults.join('; '));
  }
  for (const name of ['done.html', 'password.html'] as const)
    fill(name, files[name], Object.fromEntries(fields[name].map((field) => [field, ''])));
  const numbers = Object.fromEntries(fields['texts.yaml'].map((field) => [field, '']));
  for (const text of Object.values(words.data)) fill('texts.yaml', text, numbers);
  return { words: words.data, files };
}
