/** Rows of the annex's list as rows of a request; what they do not say is found, and nothing is guessed. Pure. */
import { type AnnexRow, requestOf, requestTitles } from '../../cli/annex/form.ts';
import {
  mostRows,
  type RequestAction,
  type RequestRow,
  type RequestSpec,
} from '../../operator/api/request.ts';

const actions: Readonly<Record<keyof typeof requestTitles, RequestAction>> = {
  grant: 'Grant',
  rename: 'Rename',
  reset: 'ResetPassword',
  cancel: 'Cancel',
};

export type ReadRows = {
  readonly rows: readonly RequestRow[];
  readonly findings: NonNullable<RequestSpec['findings']>;
};

/** Columns that only the Centre may fill (quota, state …) are not taken: they are nobody's to ask for by a list. */
export function readRequestRows(list: readonly AnnexRow[]): ReadRows {
  const rows = list.slice(0, mostRows).map(rowOf);
  const more = list.length > mostRows;
  return {
    rows,
    findings: [
      ...(more
        ? [{ rule: 'R20', message: `danh sách có hơn ${mostRows} dòng; xin chia thành nhiều danh sách` }]
        : []),
      ...list.slice(0, mostRows).flatMap(({ number, cells: { request } }) =>
        request === undefined || requestOf(request) !== undefined
          ? []
          : [
              {
                row: number,
                field: 'action',
                rule: 'R20',
                message: `loại yêu cầu "${request.slice(0, 100)}" không phải là một trong: ${Object.values(requestTitles).join(', ')}`,
              },
            ],
      ),
    ],
  };
}

function rowOf({ number, cells }: AnnexRow): RequestRow {
  const kind = cells.request === undefined ? undefined : requestOf(cells.request);
  const texts = {
    name: cut(cells.name, 256),
    title: cut(cells.title, 200),
    organization: cut(cells.organization, 300),
    address: cut(cells.address, 320),
    newAddress: cut(cells.newAddress, 320),
    telephone: cut(cells.phone, 64),
    employeeNumber: cut(cells.id, 64),
    note: cut(cells.note, 500),
  };
  const filled = Object.entries(texts).filter(([, text]) => text !== undefined && text !== '');
  return { number, ...Object.fromEntries(filled), ...(kind === undefined ? {} : { action: actions[kind] }) };
}

function cut(text: string | undefined, most: number): string | undefined {
  return text?.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, most);
}
