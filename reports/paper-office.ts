/** Requests, backups and incidents in a report. Pure. */
import type { Block, Cell } from '../documents/model.ts';
import { shown } from '../documents/model.ts';
import { dateInVietnam, timeInVietnam, writtenDate } from '../operator/core/time.ts';
import type { Figures } from './figures.ts';
import type { Words } from './words.ts';

export function requestBlocks({ requests }: Figures, words: Words): readonly Block[] {
  const { kinds, open, mean, longest } = requests;
  const heading: Block = { kind: 'heading', text: words('requests') };
  const counts = Object.entries(kinds);
  if (counts.length === 0) return [heading, { kind: 'paragraph', text: words('noRequests') }];
  const sum = (name: 'asked' | 'approved' | 'refused') => counts.reduce((all, [, one]) => all + one[name], 0);
  return [
    heading,
    {
      kind: 'table',
      title: words('requestsTable'),
      columns: [
        { title: words('kind'), width: 3 },
        ...['asked', 'approved', 'refused'].map((name) => ({ title: words(name) })),
      ],
      rows: counts.map(([kind, one]): readonly Cell[] => [words(kind), one.asked, one.approved, one.refused]),
      total: [words('sum'), sum('asked'), sum('approved'), sum('refused')],
    },
    {
      kind: 'paragraph',
      text:
        mean === undefined || longest === undefined
          ? words('requestsOpen', { open })
          : words('requestTimes', { mean: shown(mean), longest: shown(longest), open }),
    },
  ];
}

export function backupBlocks({ runs }: Figures, words: Words): readonly Block[] {
  const heading: Block = { kind: 'heading', text: words('backups') };
  const rows = Object.entries(runs)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([job, { ok, failed, last }]): readonly Cell[] => [
      nameOfJob(job, words),
      ok,
      failed,
      last === undefined ? '' : clock(last),
    ]);
  if (rows.length === 0) return [heading, { kind: 'paragraph', text: words('noBackups') }];
  return [
    heading,
    {
      kind: 'table',
      title: words('backupsTable'),
      columns: [
        { title: words('job'), width: 3 },
        { title: words('ok') },
        { title: words('failed') },
        { title: words('last'), width: 2, align: 'center' },
      ],
      rows,
    },
  ];
}

/** A shard's job carries its number behind. */
function nameOfJob(job: string, words: Words): string {
  const [, name = job, shard] = /^((?:backup|check)-(?:site|mail))(-\d+)?$/.exec(job) ?? [];
  return shard === undefined ? words(name) : `${words(name)} (${shard.slice(1)})`;
}

export function incidentBlocks({ incidents }: Figures, words: Words): readonly Block[] {
  const heading: Block = { kind: 'heading', text: words('incidents') };
  if (incidents.length === 0) return [heading, { kind: 'paragraph', text: words('noIncidents') }];
  return [
    heading,
    {
      kind: 'table',
      title: words('incidentsTable'),
      columns: [
        { title: words('time'), width: 1.3 },
        { title: words('event'), width: 3 },
        { title: words('mailbox'), width: 2 },
        { title: words('told'), width: 2 },
        { title: words('settled'), width: 1.3 },
      ],
      rows: incidents.map(({ at, kind, summary, address = '', told, settled }): readonly Cell[] => [
        clock(at),
        `${words(kind)}: ${summary}`,
        address,
        told.join('\n'),
        settled === undefined ? words('notSettled') : clock(settled),
      ]),
    },
  ];
}

/** `08:05 31/10/2026` in Việt Nam. */
function clock(time: number): string {
  return `${timeInVietnam(time)} ${writtenDate(dateInVietnam(time))}`;
}
