/** How large a list may be. */

export type ListLimits = {
  /** Bytes of a text file. */
  readonly text: number;
  /** Bytes of all that is read of a workbook, unpacked. */
  readonly unpacked: number;
  readonly rows: number;
  readonly columns: number;
};

const mebibyte = 2 ** 20;

/** An administrator's own: a whole province may be in one. */
export const ownLists: ListLimits = {
  text: 64 * mebibyte,
  unpacked: 512 * mebibyte,
  rows: 200_000,
  columns: 100,
};

/** What comes by mail: 500 rows are 60 KiB unpacked; sheets whose empty cells are formatted are larger. */
export const sentLists: ListLimits = { text: mebibyte, unpacked: 8 * mebibyte, rows: 5_000, columns: 100 };
