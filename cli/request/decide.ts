/** `hopthu request approve` and `refuse`: the decision, and what comes of it where Git does not manage the site. */
import {
  AuthenticationV1Api,
  CustomObjectsApi,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { reviewRequest } from '../../clerk/review/review.ts';
import type { MailboxRequest, RequestSpec } from '../../operator/api/request.ts';
import { group, plural, version } from '../../operator/api/resource.ts';
import { rfc3339 } from '../../operator/core/time.ts';
import { Failed } from '../failure.ts';
import { callKube } from '../kube.ts';
import { counted } from '../print.ts';
import { carryOut } from './carry-out.ts';
import { findRequest, listRequests, type Place, placeOf, type RequestOptions, readWorld } from './read.ts';
import { objection } from './reviewed.ts';

type Decision = NonNullable<RequestSpec['decision']>;

/** Records the approval; on a site of its own also carries it out, with the rights of whoever approves. */
export async function approve(name: string, options: RequestOptions, now: Date): Promise<void> {
  const place = placeOf(options);
  const found = await findRequest(place, name);
  if (found.spec.decision === undefined) await checkReviewed(place, found, now);
  const request = await decided(place, found, { verdict: 'Approved' }, now);
  const called = request.status.number ?? request.metadata.name;
  if (place.site.requests.approval === 'Git') {
    console.log(`${called} is approved; Git manages ${place.site.name}, so the next step is`);
    console.log(`hopthu request to-manifests ${request.metadata.name} -o FOLDER --branch request-${called}`);
    return;
  }
  const world = await readWorld(place);
  const reviewed = reviewRequest(world, request, now);
  const done = await carryOut(place.config, reviewed, world.mailboxes);
  for (const { row, line } of reviewed.plan) console.log(`${row ?? '-'}. ${line}`);
  console.log(`${called} is approved; ${counted(done, 'Mailbox', 'Mailboxes')} changed`);
}

/** @param options.reason goes to whoever asked */
export async function refuse(
  name: string,
  options: RequestOptions & { readonly reason: string },
  now: Date,
): Promise<void> {
  const place = placeOf(options);
  const found = await findRequest(place, name);
  const { status, metadata } = await decided(
    place,
    found,
    { verdict: 'Refused', reason: options.reason },
    now,
  );
  console.log(`${status.number ?? metadata.name} is refused; whoever asked is told why`);
}

/** @throws Failed when the request, or what it is about, is another one than people have read */
async function checkReviewed(place: Place, request: MailboxRequest, now: Date): Promise<void> {
  const { name, namespace } = request.metadata;
  const isAtOnce = place.site.requests.approval === 'Direct';
  const reviewed = isAtOnce ? reviewRequest(await readWorld(place), request, now) : undefined;
  const found = objection(request, await listRequests(place), reviewed);
  if (found === undefined) return;
  throw new Failed(
    `MailboxRequest ${namespace}/${name}: ${found}; read it again in a minute: hopthu request show ${name}`,
  );
}

/** The same decision again is taken as made, so that an approval that was cut off may be repeated. */
async function decided(
  { config }: Place,
  request: MailboxRequest,
  wanted: Pick<Decision, 'verdict' | 'reason'>,
  now: Date,
): Promise<MailboxRequest> {
  const { name, namespace, resourceVersion } = request.metadata;
  const what = `MailboxRequest ${namespace}/${name}`;
  const known = request.spec.decision;
  if (known !== undefined) {
    if (known.verdict === wanted.verdict && known.verdict === 'Approved') return request;
    throw new Failed(`${what} was ${known.verdict.toLowerCase()} by ${known.by} at ${known.at}`);
  }
  const decision: Decision = { ...wanted, by: await whoAmI(config), at: rfc3339(now) };
  // Only what was read is decided on: a request that changed meanwhile is to be read again.
  const body = { metadata: { resourceVersion }, spec: { decision } };
  const path = { group, version, namespace, plural: plural.MailboxRequest, name };
  const answer = await callKube(`deciding ${what}`, () =>
    config
      .makeApiClient(CustomObjectsApi)
      .patchNamespacedCustomObject(
        { ...path, body },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      ),
  );
  if (answer === undefined) throw new Failed(`there is no ${what}`);
  return { ...request, spec: { ...request.spec, decision } };
}

/** As the API server knows whoever runs this. */
async function whoAmI(config: KubeConfig): Promise<string> {
  const review = await callKube('asking who you are', () =>
    config.makeApiClient(AuthenticationV1Api).createSelfSubjectReview({ body: {} }),
  );
  return review?.status?.userInfo?.username ?? 'unknown';
}
