/** "My mailbox": what is known of it, how a device is set up, and a change of an organization's delegates put into words. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { first } from '../../operator/core/observed.ts';
import { delegatesPath, devicesPath, logoutPath, portalPath } from '../../operator/core/portal.ts';
import type { PortalTexts } from '../../operator/core/portal-texts.ts';
import { hostOf } from '../../operator/core/shards.ts';
import type { Site } from '../../operator/core/site.ts';
import { isOurs, tokenFor } from '../form-token.ts';
import type { Pages } from '../frame.ts';
import { type SignedIn, toLogin, type Who } from '../login/who.ts';
import type { MailboxDirectory, Shared } from './directory.ts';
import { longestProposal, parseProposal } from './form.ts';
import { chosen, type Proposal, propose } from './propose.ts';
import { type MailPorts, settings } from './settings.ts';
import type { MailboxStore } from './store.ts';
import { addressView, loginView, mayPropose, namesOfEntry, quotaView, sharedView } from './view.ts';

export type MailboxProps = {
  readonly site: Site;
  readonly texts: PortalTexts;
  readonly pages: Pages;
  readonly who: Who;
  readonly directory: Pick<MailboxDirectory, 'sharedWith' | 'candidate'>;
  readonly store: Pick<MailboxStore, 'useOf'>;
  readonly ports: MailPorts;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

export function mailboxRoutes(props: MailboxProps): Hono {
  const { site, texts, pages, who, directory, ports } = props;
  const app = new Hono({ strict: false });
  app.get(devicesPath, (c) =>
    c.html(
      pages.show('mailbox', 'devices.html', { settings: settings(pages, site, ports, `ten@${site.domain}`) }),
    ),
  );
  app.get(portalPath, async (c) => {
    const signedIn = await who(c);
    return signedIn === undefined ? toLogin(c) : c.html(await overview(props, c, signedIn));
  });
  app.get(delegatesPath, (c) => c.redirect(portalPath));
  app.post(delegatesPath, bodyLimit({ maxSize: longestProposal }), async (c) => {
    const signedIn = await who(c);
    if (signedIn === undefined) return toLogin(c);
    const form = parseProposal(await c.req.parseBody({ all: true }));
    const { entry } = signedIn;
    c.header('cache-control', 'no-store');
    const shared = form && chosen(await directory.sharedWith(entry), form);
    if (form === undefined || shared === undefined || !isOurs(c, form.token) || !mayPropose(entry, shared))
      return c.html(
        proposalPage(pages, shared, { message: texts.mailbox.stale, faults: [], lines: [] }),
        403,
      );
    return c.html(proposalPage(pages, shared, await propose(props, entry, shared, form)));
  });
  return app;
}

async function overview(props: MailboxProps, c: Context, signedIn: SignedIn): Promise<string> {
  const { site, texts, pages, directory, store, ports } = props;
  const { entry } = signedIn;
  const [shared, use] = await Promise.all([
    directory.sharedWith(entry),
    store.useOf(hostOf(entry), namesOfEntry(entry)),
  ]);
  const addresses = addressView(entry);
  return pages.show('mailbox', 'mailbox.html', {
    ...addresses,
    ...quotaView(site, entry, use),
    ...loginView(site, texts.mailbox, signedIn, use),
    shared: shared.map((one, index) => sharedView(texts.mailbox, entry, one, index + 1)),
    settings: settings(pages, site, ports, addresses.address),
    token: tokenFor(c),
    ...{ logoutPath, delegatesPath },
  });
}

function proposalPage(
  pages: Pages,
  shared: Shared | undefined,
  { manifest, lines, ...told }: Proposal,
): string {
  const { file = '', text = '' } = manifest ?? {};
  return pages.show('mailbox', 'proposal.html', {
    ...told,
    address: (shared && first(shared.entry, 'mail')) ?? '',
    organization: (shared && first(shared.organization, 'cn')) ?? '',
    lines: lines.map((line) => ({ line })),
    file,
    manifest: text,
    download: `data:application/yaml;base64,${Buffer.from(text).toString('base64')}`,
  });
}
