/** From the form to the proposal that the page shows: checked against the directory as it is now. */
import { accountOf, first } from '../../operator/core/observed.ts';
import type { PortalTexts } from '../../operator/core/portal-texts.ts';
import { fill } from '../../operator/core/template.ts';
import type { DirectoryEntry } from '../../operator/ports.ts';
import type { Candidate, MailboxDirectory, Shared } from './directory.ts';
import { moment } from './display.ts';
import type { ProposalForm } from './form.ts';
import { differenceOf, faultOf, manifestOf, refusalOf, resourceOf, type Wanted } from './proposal.ts';
import { rightsText } from './view.ts';

export type Proposal = {
  /** Said of the whole. */
  readonly message: string;
  readonly faults: readonly { readonly who: string; readonly fault: string }[];
  readonly lines: readonly string[];
  /** Absent while there is a fault. */
  readonly manifest?: { readonly file: string; readonly text: string };
};

export type ProposeProps = {
  readonly texts: Pick<PortalTexts, 'mailbox' | 'files'>;
  readonly directory: Pick<MailboxDirectory, 'candidate'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/**
 * @param person who proposes it
 * @throws Unavailable
 */
export async function propose(
  { texts, directory, now }: ProposeProps,
  person: DirectoryEntry,
  shared: Shared,
  form: ProposalForm,
): Promise<Proposal> {
  const { mailbox: words } = texts;
  const found = await Promise.all(
    form.added.map(async (row) => ({ ...row, candidate: await directory.candidate(row.address) })),
  );
  const faults = found.flatMap(({ address, rights, candidate }) => {
    const refusal = refusalOf(shared, candidate) ?? (rights.length === 0 ? 'noRights' : undefined);
    return refusal === undefined ? [] : [{ who: address, fault: words.refusals[refusal] }];
  });
  const before: readonly Wanted[] = shared.delegates;
  const wanted = [
    ...shared.delegates.map(({ account, name }) => ({ name, rights: form.kept.get(account) ?? [] })),
    ...mergedByName(found),
  ];
  const fault = faults.length > 0 ? undefined : faultOf(before, wanted);
  const message = fault === undefined ? '' : words.refusals[fault];
  if (faults.length > 0 || fault !== undefined) return { message, faults, lines: [] };
  const lines = linesOf(texts, shared, before, wanted, found);
  const heading = fill('proposal.txt', texts.files['proposal.txt'], {
    address: first(shared.entry, 'mail') ?? '',
    organization: first(shared.organization, 'cn') ?? '',
    who: `${first(person, 'cn')} <${first(person, 'mail')}>`,
    when: moment(now()),
    lines: lines.join('\n'),
  });
  const file = `${resourceOf(shared.entry).name}.yaml`;
  return { message, faults, lines, manifest: { file, text: manifestOf(shared, wanted, heading) } };
}

type Found = Pick<Wanted, 'rights'> & { readonly candidate: Candidate | undefined };

/** Two rows may name one person. */
function mergedByName(found: readonly Found[]): readonly Wanted[] {
  const known = found.flatMap(({ candidate, rights }) =>
    candidate === undefined ? [] : [{ name: resourceOf(candidate.entry).name, rights }],
  );
  return [...Map.groupBy(known, ({ name }) => name)].map(([name, rows]) => ({
    name,
    rights: [...new Set(rows.flatMap(({ rights }) => rights))],
  }));
}

function linesOf(
  { mailbox: words }: ProposeProps['texts'],
  shared: Shared,
  before: readonly Wanted[],
  wanted: readonly Wanted[],
  found: readonly Found[],
): readonly string[] {
  const people = [...shared.delegates, ...found.map(({ candidate }) => candidate)].flatMap((one) =>
    one?.entry === undefined ? [] : [one.entry],
  );
  const named = (name: string) => {
    const entry = people.find((one) => resourceOf(one).name === name);
    return entry === undefined ? name : `${first(entry, 'cn')} <${first(entry, 'mail')}>`;
  };
  const { added, removed, changed } = differenceOf(before, wanted);
  const line = (text: string, { name, rights }: Wanted, former: Wanted['rights'] = []) =>
    fill('mailbox.yaml', text, {
      who: named(name),
      rights: rightsText(words, rights),
      before: rightsText(words, former),
    });
  return [
    ...added.map((one) => line(words.changes.added, one)),
    ...removed.map((one) => line(words.changes.removed, one)),
    ...changed.map((one) => line(words.changes.changed, one, one.before)),
  ];
}

/** The mailbox that the form is about, where the person may propose for it. */
export function chosen(all: readonly Shared[], { mailbox }: ProposalForm): Shared | undefined {
  return all.find(({ entry }) => accountOf(entry) === mailbox);
}
