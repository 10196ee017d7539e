/** The directory as a list of cards, from which every file is made. */
import { type Organization, type Person, pathOf, withUnits } from './model.ts';

export type Card = {
  readonly kind: 'organization' | 'person';
  readonly id: string;
  readonly name: string;
  /** Organizations from the top down: to its own of a person, to the one above of an organization. */
  readonly inside: readonly string[];
  readonly title?: string | undefined;
  readonly mail?: string | undefined;
  readonly phone?: string | undefined;
  readonly address?: string | undefined;
  /** Of an organization. */
  readonly head?: Pick<Person, 'id' | 'name' | 'title'> | undefined;
};

/** As lists and pages name somebody: `Nguyễn Thanh Bình, Giám đốc`. */
export function withTitle({ name, title }: Pick<Person, 'name' | 'title'>): string {
  return title === undefined ? name : `${name}, ${title}`;
}

/** Cards of the organizations and of all below them, each organization before its people. */
export function* cardsOf(organizations: readonly Organization[]): Generator<Card> {
  for (const organization of organizations.flatMap(withUnits)) {
    const path = pathOf(organization).map(({ name }) => name);
    const { id, name, mail, phone, address } = organization;
    const head = organization.head && named(organization.head);
    yield { kind: 'organization', inside: path.slice(0, -1), id, name, mail, phone, address, head };
    for (const { id, name, title, mail, phone } of organization.people)
      yield { kind: 'person', inside: path, id, name, title, mail, phone };
  }
}

/** Nothing but plain values: cards are hashed. */
function named({ id, name, title }: Person): Card['head'] {
  return { id, name, ...(title === undefined ? {} : { title }) };
}
