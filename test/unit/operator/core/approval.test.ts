import { describe, expect, it } from '@jest/globals';
import { askForApproval, readApproval } from '../../../../operator/core/approval.ts';

describe('the request for approval in a condition', () => {
  it('is read back, colons in the line and all', () => {
    const reason = '12 mailboxes would lose access at once; 10 of 40 may without approval';
    const line = '- a@x.vn  A: B (C)  closed: no login';
    const asked = `${askForApproval({ allowed: [], held: [], rejected: [], hash: '0123456789ab', reason })}: ${line}`;
    expect(readApproval(asked)).toEqual({ reason, hash: '0123456789ab', line });
  });

  it.each(['', 'access is being taken away', '; approve with hopthu.io/approve-plan=xyz: a'])(
    'is not in %j',
    (text) => {
      expect(readApproval(text)).toBeUndefined();
    },
  );
});
