/**
 * Folders that are opened to a delegate, as settings of Dovecot in the delegate's own entry: its userdb imports them, and
 * each is a namespace of its own (charts/config/dovecot/dovecot.conf gives all of them the rest). So a right is in force
 * for whoever logs in after it was written, and there is no second place that could be out of step. Pure.
 */
import { mailRoot } from './layout.ts';

/** The folders of one organization's mailbox, opened to one delegate. */
export type Folders = {
  /** `uid` of the mailbox's entry; names where its mail is. */
  readonly account: string;
  /** Names it to people. */
  readonly address: string;
  readonly mayWrite: boolean;
};

/** People find the mailboxes of organizations below this folder. */
export const delegatedFolder = 'Hộp thư cơ quan';

/** In Dovecot's rules of access these two names stand for what a delegate may do. */
const roles = { reader: 'reader', writer: 'writer' } as const;

const names = 'namespace+=';

/** One value per setting; none without folders. */
export function settingsFor(folders: readonly Folders[]): readonly string[] {
  if (folders.length === 0) return [];
  const sorted = folders.toSorted((a, b) => (a.account < b.account ? -1 : 1));
  return [
    `${names}${sorted.map(({ account }) => account).join()}`,
    ...sorted.flatMap(({ account, address, mayWrite }) => [
      `namespace/${account}/prefix=${delegatedFolder}/${address}/`,
      `namespace/${account}/mail_path=${mailRoot}/${account}/Maildir`,
      `namespace/${account}/acl_user=${mayWrite ? roles.writer : roles.reader}`,
    ]),
  ];
}

/** Does a session that began with `before` have what `after` does not give? */
export function isNarrower(after: readonly string[], before: readonly string[]): boolean {
  const isKept = (value: string) =>
    value.startsWith(names) || after.includes(value) || after.includes(promoted(value));
  return !before.every(isKept);
}

function promoted(value: string): string {
  return value.replace(new RegExp(`=${roles.reader}$`), `=${roles.writer}`);
}

/** The folders that such values open; what is not of this form opens none. */
export function foldersIn(settings: readonly string[]): readonly Folders[] {
  const setting = (account: string, name: string) => {
    const start = `namespace/${account}/${name}=`;
    return settings.find((value) => value.startsWith(start))?.slice(start.length);
  };
  const list = settings.find((value) => value.startsWith(names))?.slice(names.length);
  return (list?.split(',') ?? []).map((account) => ({
    account,
    address: setting(account, 'prefix')?.split('/')[1] ?? account,
    mayWrite: setting(account, 'acl_user') === roles.writer,
  }));
}
