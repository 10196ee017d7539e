/** Somebody empties the path that a GitOps tool applies with pruning. */
import type { Drill } from '../drill.ts';
import { eventually, statusOf } from '../ledger.ts';

export const pathEmptied: Drill = {
  fault: 'GitOps path emptied: every Mailbox deleted, the guard, `reject`, and Git put right',
  run: async ({ stack, ledger, burst }) => {
    await ledger.burst(Math.floor(burst / 5));
    await ledger.settled();
    await stack.accounts(['delete', 'mailboxes', '-l', ledger.selector, '--wait=false']);
    await eventually(180, async () => {
      const left = await stack.mailboxes(ledger.selector);
      const untold = left.filter((one) => statusOf(one).conditions?.[0]?.reason !== 'AwaitingApproval');
      if (left.length === 0) throw new Error('nothing was held');
      if (untold.length > 0) throw new Error(`${untold.length} of ${left.length} do not wait for approval`);
    });
    // The plan grows while deletions come in: what is rejected is the plan that stands by then.
    await eventually(240, async () => {
      const left = await stack.mailboxes(ledger.selector);
      if (left.length === 0) return;
      await stack.rejectHeldPlan();
      throw new Error(`${left.length} are still there`);
    });
    await ledger.applyAll();
    return ledger.probe();
  },
};
