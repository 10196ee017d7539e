/** `hopthu request sheet`: first passwords on paper, a page for each person, to be handed over (R22, R25). */
import { writeFile } from 'node:fs/promises';
import { requestTextFiles } from '../../charts/request-texts.ts';
import type { Block, Document } from '../../documents/model.ts';
import { renderPdf } from '../../documents/pdf.ts';
import type { MailboxSpec, MailboxStatus } from '../../operator/api/mailbox.ts';
import type { OrganizationSpec } from '../../operator/api/organization.ts';
import type { MailboxRequest } from '../../operator/api/request.ts';
import type { Resource } from '../../operator/api/resource.ts';
import { passwordPage } from '../../operator/core/portal.ts';
import { type RequestWords, requestTexts } from '../../operator/core/requests/texts.ts';
import type { Site } from '../../operator/core/site.ts';
import { fill } from '../../operator/core/template.ts';
import { Failed, fileFault, WrongInput } from '../failure.ts';
import { readFirstPassword } from '../password/mailbox.ts';
import { counted } from '../print.ts';
import { findRequest, type Place, placeOf, type RequestOptions, readWorld } from './read.ts';

/** What is on one sheet. */
export type Handover = {
  readonly name: string;
  readonly organization: string;
  readonly address: string;
  readonly password: string;
};

/** @throws Failed when no first password of the request is kept (any longer) */
export async function sheet(
  name: string,
  options: RequestOptions & { readonly output?: string },
  now: Date,
): Promise<void> {
  const place = placeOf(options);
  const request = await findRequest(place, name);
  const number = request.status.number ?? name;
  const handovers = await readHandovers(place, request);
  if (handovers.length === 0)
    throw new Failed(
      `no first password of ${number} is kept: none was given, or their owners have changed them`,
    );
  const file = options.output ?? `phieu-mat-khau-${number}.pdf`;
  const { words } = requestTexts(requestTextFiles(place.site));
  try {
    // Passwords are for whoever prints them alone.
    await writeFile(file, await renderPdf(sheets(place.site, words, number, handovers, now)), {
      mode: 0o600,
    });
  } catch (error) {
    throw new WrongInput(`cannot write ${file}: ${fileFault(error)}`);
  }
  console.log(
    `${counted(handovers.length, 'sheet')} in ${file}: print them, hand them over, and remove the file`,
  );
}

async function readHandovers(place: Place, request: MailboxRequest): Promise<readonly Handover[]> {
  const { mailboxes, organizations } = await readWorld(place);
  const { namespace } = request.metadata;
  const isNamed =
    (name: string) =>
    ({ metadata }: Resource) =>
      metadata.name === name && metadata.namespace === namespace;
  const found: Handover[] = [];
  for (const { outcome, mailbox: name } of request.status.results ?? []) {
    if (outcome !== 'Granted' && outcome !== 'Reset') continue;
    const mailbox = mailboxes.get(`${namespace}/${name}`);
    if (mailbox === undefined) continue;
    const { person, organizationRef } = mailbox.spec as MailboxSpec;
    const { address = '', passwordSecret } = mailbox.status as MailboxStatus;
    const password = await readFirstPassword(place.config, namespace, passwordSecret);
    const organization = organizations.find(isNamed(organizationRef.name))?.spec as
      | OrganizationSpec
      | undefined;
    const title = organization?.name ?? organizationRef.name;
    if (password !== undefined)
      found.push({ name: person?.fullName ?? title, organization: title, address, password });
  }
  return found;
}

/** A page for each, so that nobody sees another's. */
export function sheets(
  site: Site,
  { sheet: words, report }: RequestWords,
  number: string,
  handovers: readonly Handover[],
  now: Date,
): Document {
  const steps = words.steps.map((step) => fill('words.yaml', step, { minLength: site.passwords.minLength }));
  const page = ({ name, organization, address, password }: Handover): readonly Block[] => {
    const shown = { name, organization, address, password, page: passwordPage(site), number };
    const facts = Object.entries(words.facts) as [keyof typeof shown, string][];
    return [
      { kind: 'paragraph', text: words.intro, style: 'note' },
      {
        kind: 'fields',
        fields: facts.map(([fact, label]) => ({
          label: `${label}:`,
          value: shown[fact],
          large: fact === 'password' || fact === 'address',
        })),
      },
      { kind: 'list', items: steps },
      { kind: 'paragraph', text: words.receipt },
    ];
  };
  return {
    title: words.title,
    blocks: handovers.flatMap((handover, index) =>
      index === 0 ? page(handover) : [{ kind: 'page-break' as const }, ...page(handover)],
    ),
    author: report.office,
    created: now,
  };
}
