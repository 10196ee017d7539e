/** Mail that no person wrote for us to read, by its headers (RFC 3834, RFC 2919, and what programs really write). Pure. */

/** In the order in which a letter has them; names in lower case. */
export type Headers = readonly { readonly key: string; readonly value: string }[];

export type AutomaticReason = 'bounce' | 'automatic' | 'bulk' | 'loop';

/** Header of everything that the clerk writes, and what its value begins with. */
export const loopHeader = 'x-loop';

/**
 * @param sender of the envelope; empty for reports of mail servers
 * @param clerk what the clerk's own letters carry in `X-Loop`
 */
export function automaticReason(
  headers: Headers,
  sender: string,
  clerk: string,
): AutomaticReason | undefined {
  const values = (name: string) =>
    headers.filter(({ key }) => key === name).map(({ value }) => value.toLowerCase());
  const has = (name: string) => values(name).length > 0;
  if (sender === '' || /^(mailer-daemon|postmaster)@/i.test(sender)) return 'bounce';
  if (values('content-type').some((value) => value.startsWith('multipart/report'))) return 'bounce';
  if (values(loopHeader).some((value) => value.includes(clerk.toLowerCase()))) return 'loop';
  if (values('auto-submitted').some((value) => !/^no\b/.test(value.trim()))) return 'automatic';
  if (['x-autoreply', 'x-autorespond'].some(has)) return 'automatic';
  if (values('precedence').some((value) => /auto|bulk|junk|list/.test(value))) return 'bulk';
  return ['list-id', 'list-post', 'list-unsubscribe'].some(has) ? 'bulk' : undefined;
}
