/** Who is copied: one mailbox by its name, or a list. */
import { WrongInput } from './failure.ts';

export type Mover = {
  /** Name of the Mailbox. */
  readonly name: string;
  /** Login there; the address here by default. */
  readonly user?: string;
  /** Of that login; that of everybody by default. */
  readonly password?: string;
};

/**
 * Reads lines `mailbox[,user[,password]]`; what begins with # is none. A password may have commas.
 * @throws WrongInput naming the line, and never what stands in it
 */
export function parseMovers(text: string, file: string): readonly Mover[] {
  const movers = text.split(/\r?\n/).flatMap((line, index): Mover[] => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const [name = '', user = '', ...rest] = line.split(',');
    const password = rest.join(',');
    if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name.trim()))
      throw new WrongInput(
        `${file}:${index + 1}: a line is mailbox,user,password, beginning with the name of a Mailbox`,
      );
    return [
      {
        name: name.trim(),
        ...(user.trim() === '' ? {} : { user: user.trim() }),
        ...(password === '' ? {} : { password }),
      },
    ];
  });
  const twice = movers.find(({ name }, index) => movers.findIndex((other) => other.name === name) < index);
  if (twice !== undefined) throw new WrongInput(`${file}: ${twice.name} is there twice`);
  if (movers.length === 0) throw new WrongInput(`${file}: there is nobody in it`);
  return movers;
}
