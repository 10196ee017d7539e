import { describe, expect, it } from '@jest/globals';
import { AddResponse, StatusCodeParser } from 'ldapts';
import { isGone, type Operation, translate } from '../../../../operator/ldap/result-codes.ts';

const answer = (status: number, errorMessage = '') =>
  StatusCodeParser.parse(new AddResponse({ messageId: 1, status, errorMessage }));

describe('translate', () => {
  it.each<[string, number, Operation, string, string?]>([
    ['time limit', 3, 'search', 'Unavailable'],
    ['size limit', 4, 'search', 'Unavailable'],
    ['refused to anonymous', 8, 'modify', 'Unavailable'],
    ['referral to another provider', 10, 'add', 'Unavailable'],
    ['control not known', 12, 'remove', 'Unavailable'],
    ['busy', 51, 'add', 'Unavailable'],
    ['unavailable', 52, 'add', 'Unavailable'],
    ['read-only', 53, 'modify', 'Unavailable'],
    ['disk full', 80, 'add', 'Unavailable'],
    ['parent missing', 32, 'add', 'Unavailable'],
    ['suffix hidden', 32, 'search', 'Unavailable'],
    ['name taken', 68, 'add', 'Conflict'],
    ['address taken', 19, 'add', 'Conflict', 'non-unique attributes found with (hopThuAddress=a@b)'],
    ['address taken', 19, 'modify', 'Conflict', 'some attributes not unique'],
    ['entry gone', 32, 'modify', 'Conflict'],
    ['owner not there', 16, 'modify', 'Conflict'],
    ['owner not there, said by slapo-constraint', 19, 'modify', 'Conflict'],
    ['assertion failed', 122, 'remove', 'Conflict'],
    ['constraint', 19, 'add', 'Blocked', 'add breaks constraint on mail'],
    ['constraint', 19, 'modify', 'Blocked', 'modify breaks constraint on mail'],
    ['undefined attribute', 17, 'add', 'Blocked'],
    ['value twice', 20, 'add', 'Blocked'],
    ['syntax', 21, 'add', 'Blocked'],
    ['syntax of the name', 34, 'add', 'Blocked'],
    ['access', 50, 'add', 'Blocked'],
    ['naming', 64, 'modify', 'Blocked'],
    ['object class', 65, 'add', 'Blocked'],
    ['has children', 66, 'remove', 'Blocked'],
  ])('%s (%d) of %s is %s', (_, code, operation, expected, message = '') => {
    expect(translate(answer(code, message), operation, 'uid=a')).toMatchObject({ name: expected });
  });

  it('says what slapd said, or what the code means', () => {
    const said = translate(
      answer(65, "object class 'inetOrgPerson' requires attribute 'sn'"),
      'add',
      'uid=a',
    );
    expect(said).toHaveProperty('message', "add uid=a: object class 'inetOrgPerson' requires attribute 'sn'");
    const silent = translate(answer(68), 'add', 'uid=a');
    expect(silent).toHaveProperty('message', 'add uid=a: an entry of this name exists already');
    expect(translate(answer(80), 'add', 'uid=a')).toHaveProperty('message', 'add uid=a: LDAP result 80');
  });

  it('lets what is not slapd’s answer pass', () => {
    const error = new Error('other');
    expect(translate(error, 'add', 'uid=a')).toBe(error);
  });
});

describe('isGone', () => {
  it('is slapd’s word alone', () => {
    expect(isGone(answer(32))).toBe(true);
    expect(isGone(answer(50))).toBe(false);
    expect(isGone(new Error('no such object'))).toBe(false);
  });
});
