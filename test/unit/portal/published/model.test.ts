/** The tree as the Organizations give it, and nothing in it that a viewer shall not see (R40, R44). */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Audience, publishedAttributes, visibleTo } from '../../../../operator/core/published.ts';
import { buildDirectory, type Directory, type Organization } from '../../../../portal/published/model.ts';
import { organization, organizationDn, person, small } from '../../../support/published.ts';
import { socTrang as site } from '../../../support/sites.ts';

const { titles } = site.naming;
const all = visibleTo('members', site.published);
const names = ({ name, units }: Organization): unknown => [name, ...units.map(names)];
const outline = ({ roots }: Directory) => roots.map(names);

describe('the tree', () => {
  const directory = buildDirectory(small, all, titles);

  it('has organizations by sector and name, and units below them', () => {
    expect(outline(directory)).toEqual([
      ['Sở Đắk Lắk'],
      ['Sở Thông tin và Truyền thông', ['Phòng Công nghệ thông tin']],
      ['UBND huyện Mỹ Xuyên'],
    ]);
  });

  it('has leaders first, then people by their given names', () => {
    expect(directory.bySlug.get('sotttt')?.people.map(({ name }) => name)).toEqual([
      'Nguyễn Thanh Bình',
      'Trần Văn An',
    ]);
  });

  it('gives an organization the address of its own mailbox, which is no person', () => {
    const one = directory.bySlug.get('sotttt');
    expect(one).toMatchObject({ mail: 'sotttt@soctrang.gov.vn', phone: '0299 3821 234' });
    expect(directory.people).toHaveLength(4);
  });

  it('names the head of an organization (R26), where it is somebody who is shown', () => {
    expect(directory.bySlug.get('sotttt')?.head?.name).toBe('Nguyễn Thanh Bình');
    expect(directory.bySlug.get('phongcntt.sotttt')?.head).toBeUndefined();
    const { organizations } = site.published;
    const closed = { ...site.published, organizations: { ...organizations, head: 'nobody' as const } };
    const without = buildDirectory(small, visibleTo('members', closed), titles);
    expect(without.organizations.filter(({ head }) => head !== undefined)).toEqual([]);
  });

  it('names an organization in URLs by the abbreviations, each once', () => {
    const twins = [
      organization(1, 'Sở Y tế', 'soyt'),
      organization(2, 'Sở Y tế', 'soyt'),
      organization(3, 'Phòng Y', 'phongy', { parent: organizationDn(2) }),
    ];
    const { bySlug } = buildDirectory({ organizations: twins, mailboxes: [] }, all, titles);
    expect([...bySlug.keys()]).toEqual(['soyt', 'soyt-00000000', 'phongy.soyt-00000000']);
  });

  it('leaves out what is below nothing that is shown, a circle, and people who are nowhere', () => {
    const lost = [
      organization(1, 'Phòng lạc', 'phongl', { parent: organizationDn(99) }),
      organization(2, 'Vòng một', 'vong1', { parent: organizationDn(3) }),
      organization(3, 'Vòng hai', 'vong2', { parent: organizationDn(2) }),
    ];
    const found = buildDirectory({ organizations: lost, mailboxes: [person(9, 'Lê An', 2)] }, all, titles);
    expect([found.organizations, found.people]).toEqual([[], []]);
  });
});

describe('what is shown', () => {
  const audience = fc.constantFrom<Audience>('public', 'members', 'nobody');
  const sights = fc.record({
    organizations: fc.record({
      listed: audience,
      head: audience,
      phone: audience,
      address: audience,
      mail: audience,
    }),
    people: fc.record({ listed: audience, title: audience, mail: audience, phone: audience }),
    refreshSeconds: fc.constant(300),
    downloadsPerHour: fc.constant(20),
  });
  /** Every text that a viewer can find anywhere. */
  const textOf = ({ organizations, people }: Directory) =>
    JSON.stringify([
      organizations.map(({ name, head, phone, address, mail }) => [name, head?.name, phone, address, mail]),
      people.map(({ name, title, mail, phone }) => [name, title, mail, phone]),
    ]);

  it('to everybody is never more than what is shown to who is logged in, and less where the site says so', () => {
    fc.assert(
      fc.property(sights, (published) => {
        const [open, inside] = (['public', 'members'] as const).map((viewer) => visibleTo(viewer, published));
        if (open === undefined || inside === undefined) throw new Error('two viewers');
        for (const [kind, fields] of Object.entries(open))
          for (const [field, shown] of Object.entries(fields))
            if (shown) expect((inside as never)[kind]?.[field]).toBe(true);
        const { people } = published;
        const text = textOf(buildDirectory(small, open, titles));
        if (people.phone !== 'public') expect(text).not.toContain('0299 111');
        if (people.title !== 'public') expect(text).not.toContain('Chuyên viên');
        if (people.listed !== 'public' || published.organizations.listed !== 'public')
          expect(text).not.toMatch(/Trần Văn An|Nguyễn Thanh Bình/);
      }),
    );
  });

  it('is what the bind account is shown: no attribute more', () => {
    const attributes = publishedAttributes(visibleTo('public', site.published));
    expect(attributes.person).toEqual(['cn', 'hopThuOrganization', 'hopThuType', 'title', 'mail']);
    expect(publishedAttributes(all).person).toContain('telephoneNumber');
    expect(attributes.organization).toContain('manager');
    const nameless = { ...site.published, people: { ...site.published.people, listed: 'nobody' as const } };
    expect(publishedAttributes(visibleTo('members', nameless)).organization).not.toContain('manager');
    const closed = {
      ...site.published,
      organizations: { ...site.published.organizations, listed: 'nobody' as const },
    };
    expect(publishedAttributes(visibleTo('members', closed))).toEqual({
      organization: [],
      mailbox: [],
      person: [],
    });
  });
});
