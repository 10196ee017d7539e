/** The API server dies; the cluster goes back in time. */
import { amidBurst, type Drill } from '../drill.ts';
import { eventually } from '../ledger.ts';
import type { Stack } from '../stack.ts';

export const apiServerKilled: Drill = {
  fault: 'API server killed (SIGKILL) in a burst of creations',
  run: (world) =>
    amidBurst(world, async () => {
      await world.stack.inNode('pkill -KILL -x kube-apiserver');
      return world.ledger.probe();
    }),
};

const manifests = '/etc/kubernetes/manifests';
const aside = '/etc/kubernetes/aside';
const data = '/var/lib/etcd/member';
const kept = '/var/lib/etcd-kept';

/** Runs a script in the node while neither etcd nor the API server runs. */
async function whileStopped(stack: Stack, script: string): Promise<void> {
  await stack.inNode(
    `mkdir -p ${aside}; mv ${manifests}/etcd.yaml ${manifests}/kube-apiserver.yaml ${aside}/`,
  );
  await eventually(120, () => stack.inNode('! pgrep -x etcd && ! pgrep -x kube-apiserver'));
  await stack.inNode(`${script}; mv ${aside}/*.yaml ${manifests}/`);
  await eventually(180, async () => {
    if (!(await stack.answers())) throw new Error('the API server does not come back');
  });
}

export const clusterRestored: Drill = {
  fault: "Cluster restored from an older state of etcd's data, newer mailboxes left in the directory",
  run: async ({ stack, ledger, burst }) => {
    await ledger.burst(Math.floor(burst / 5));
    await ledger.settled();
    await whileStopped(stack, `rm -rf ${kept}; cp -a ${data} ${kept}`);
    const goBack = await ledger.remember();
    await ledger.burst(Math.floor(burst / 5));
    await ledger.settled();
    await whileStopped(stack, `rm -rf ${data}; mv ${kept} ${data}`);
    // What watches from a later state than there is now has to begin anew, says Kubernetes of restored clusters.
    await stack.inNode('pkill kube-controller || true; pkill kube-scheduler || true; pkill -x kubelet');
    await goBack();
    return ledger.probe();
  },
};
