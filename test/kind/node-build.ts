import { cp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bootstrapImage, withWorkFolder } from './debian-base.ts';
import { ensureGo, type GoTool, goBuild, goInstall } from './go.ts';
import { ensureKubernetesBinary } from './kubernetes-binary.ts';
import recipe from './node/recipe.json' with { type: 'json' };
import { type Runtime, runContainer, saveImages } from './runtime.ts';
import { step } from './steps.ts';

/** The folder with everything that makes the node image what it is. */
export const NODE_RECIPE = join(import.meta.dirname, 'node');

/** Folders of Go source; the build context holds a binary of each name instead. */
const GO_SOURCES = ['kube', 'coredns', 'pause'];

const BASE = 'localhost/hopthu-node-base:13';

async function compile(go: GoTool, folder: string): Promise<void> {
  const source = (name: string): string => join(NODE_RECIPE, name);
  await cp(await ensureKubernetesBinary(), join(folder, 'kube'));
  await step('Building CoreDNS', () => goBuild(go, source('coredns'), join(folder, 'coredns')));
  await step('Building the volume provisioner', async () => {
    await goInstall(go, `github.com/rancher/local-path-provisioner@${recipe.localPathProvisioner}`, folder);
    await goBuild(go, source('pause'), join(folder, 'pause'));
  });
}

/** The images that kubeadm and our manifests ask for, in one archive that the node imports when it starts. */
async function buildInnerImages(runtime: Runtime, folder: string): Promise<void> {
  const controlPlane = [
    ...['apiserver', 'controller-manager', 'scheduler', 'proxy'].map(
      (part) => `registry.k8s.io/kube-${part}:${recipe.kubernetes}`,
    ),
    `registry.k8s.io/etcd:${recipe.etcd}`,
  ];
  const binaries: Readonly<Record<string, string>> = {
    coredns: `registry.k8s.io/coredns/coredns:${recipe.coredns}`,
    pause: `registry.k8s.io/pause:${recipe.pause}`,
    'local-path-provisioner': `docker.io/rancher/local-path-provisioner:${recipe.localPathProvisioner}`,
  };
  const tags = controlPlane.flatMap((reference) => ['--tag', reference]);
  await runContainer(
    runtime,
    ['build', '--file', 'Dockerfile.control-plane', '--build-arg', `BASE=${BASE}`, ...tags, '.'],
    folder,
  );
  for (const [binary, reference] of Object.entries(binaries)) {
    await runContainer(
      runtime,
      ['build', '--file', 'Dockerfile.binary', '--build-arg', `BINARY=${binary}`, '--tag', reference, '.'],
      folder,
    );
  }
  await saveImages(runtime, [...controlPlane, ...Object.values(binaries)], join(folder, 'images.tar'));
}

/**
 * Builds the node image from Debian packages and Go modules, without a container registry.
 * @throws MissingPrerequisites, CommandFailed
 */
export async function buildNodeImage(runtime: Runtime, reference: string): Promise<void> {
  const go = await ensureGo();
  await step('Making the base of the node image from Debian packages', () =>
    bootstrapImage(runtime, BASE, 'trixie', recipe.packages),
  );
  await withWorkFolder(async (folder) => {
    await cp(NODE_RECIPE, folder, {
      recursive: true,
      filter: (path) => !GO_SOURCES.includes(basename(path)),
    });
    await compile(go, folder);
    await step('Building the node image', async () => {
      await buildInnerImages(runtime, folder);
      await writeFile(join(folder, 'version'), recipe.kubernetes);
      await runContainer(runtime, ['build', '--build-arg', `BASE=${BASE}`, '--tag', reference, '.'], folder);
    });
  });
}
