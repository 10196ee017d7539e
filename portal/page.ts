/** The page as HTML: the province's template, with every value escaped. */
import { html } from 'hono/html';
import { characterClasses } from '../operator/core/password-rules.ts';
import { type Outcome, type PortalTexts, passwordPath, portalPath } from '../operator/core/portal.ts';
import type { Site } from '../operator/core/site.ts';
import { fill } from '../operator/core/template.ts';

export type Shown = { readonly token: string; readonly address?: string; readonly outcome?: Outcome };

const isDone = (outcome: Outcome | undefined) => outcome === 'changed' || outcome === 'changedOnly';

/** The form, with what is to be said above it; after a change what to do next instead. */
export function passwordPage(
  site: Site,
  { words, files }: PortalTexts,
  { token, address = '', outcome }: Shown,
): string {
  const { minLength, history } = site.passwords;
  const said = outcome === undefined ? '' : fill('texts.yaml', words[outcome], { minLength, history });
  const values = {
    site: site.title,
    message: said,
    webmail: '/',
    base: portalPath,
    ...(isDone(outcome)
      ? {}
      : {
          ...characterClasses,
          token,
          address,
          domain: site.domain,
          minLength,
          history,
          length: `^.{${minLength},}$`,
          action: passwordPath,
        }),
  };
  const escaped = Object.entries(values).map(([name, value]) => [name, String(html`${value}`)]);
  const name = isDone(outcome) ? 'done.html' : 'password.html';
  return fill(name, files[name], Object.fromEntries(escaped));
}
