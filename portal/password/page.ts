/** The page of the password: the form, with what is to be said above it; after a change what to do next instead. */
import { characterClasses } from '../../operator/core/password-rules.ts';
import { passwordPath } from '../../operator/core/portal.ts';
import type { Outcome, PortalTexts } from '../../operator/core/portal-texts.ts';
import type { Site } from '../../operator/core/site.ts';
import { fill } from '../../operator/core/template.ts';
import type { Pages } from '../frame.ts';

export type Shown = { readonly token: string; readonly address?: string; readonly outcome?: Outcome };

export function passwordPage(
  site: Site,
  words: PortalTexts['words'],
  pages: Pages,
  { token, address = '', outcome }: Shown,
): string {
  const { minLength, history } = site.passwords;
  const message = outcome === undefined ? '' : fill('texts.yaml', words[outcome], { minLength, history });
  if (outcome === 'changed' || outcome === 'changedOnly')
    return pages.show('password', 'done.html', { message });
  return pages.show('password', 'password.html', {
    ...characterClasses,
    ...{ message, token, address, minLength, history },
    domain: site.domain,
    length: `^.{${minLength},}$`,
    action: passwordPath,
  });
}
