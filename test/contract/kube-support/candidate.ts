/** A process that takes part in an election: `candidate.ts KUBECONFIG IDENTITY`. Prints `leads` and `follows`. */
import { KubeConfig } from '@kubernetes/client-node';
import { clientGoTimes, Election } from '../../../operator/kube/election.ts';
import { leaseStore } from '../../../operator/kube/lease.ts';

const [kubeconfig = '', identity = ''] = process.argv.slice(2);
const config = new KubeConfig();
config.loadFromFile(kubeconfig);
const election = new Election({
  store: leaseStore(config, { namespace: 'default', name: 'test-election' }),
  identity,
  times: clientGoTimes,
  now: () => performance.now(),
  report: (error) => process.stderr.write(`${error}\n`),
  onChange: (leads) => process.stdout.write(leads ? 'leads\n' : 'follows\n'),
});
process.once('SIGTERM', () => {
  void election.release().then(() => process.exit(0));
});
election.start();
