/** `hopthu request enter`: a request that came on paper, with the list that the annex asks for. */
import { basename } from 'node:path';
import { CustomObjectsApi } from '@kubernetes/client-node';
import { isReadable, organizationIndex } from '../../clerk/review/world.ts';
import { check } from '../../operator/api/fields.ts';
import { type RequestSpec, requestSpec } from '../../operator/api/request.ts';
import { apiVersion, group, plural, version } from '../../operator/api/resource.ts';
import { rfc3339 } from '../../operator/core/time.ts';
import { slug } from '../annex/resource-name.ts';
import { Failed, WrongInput } from '../failure.ts';
import { callKube } from '../kube.ts';
import { counted } from '../print.ts';
import { listResources } from '../resources.ts';
import { type Place, placeOf, type RequestOptions } from './read.ts';
import { readSentList } from './sent-list.ts';

export type EnterOptions = RequestOptions & {
  readonly number: string;
  readonly date: string;
  readonly organization: string;
  readonly signer?: string;
};

/** The name follows from number and date, so that one paper is entered once. */
export async function enter(file: string, options: EnterOptions, now: Date): Promise<void> {
  const place = placeOf(options);
  const organization = await organizationNamed(place, options.organization);
  const { list, sha256 } = await readSentList(place.site, file);
  const { rows, findings } = list;
  const spec: RequestSpec = {
    source: 'Paper',
    reference: { number: options.number, date: options.date },
    requester: {
      organizationRef: { name: organization },
      ...(options.signer === undefined ? {} : { name: options.signer }),
    },
    received: rfc3339(now),
    attachment: { name: basename(file), sha256 },
    rows: [...rows],
    ...(findings.length === 0 ? {} : { findings: [...findings] }),
  };
  check(requestSpec, spec, 'spec');
  const { namespace } = place;
  const name = slug(`giay-${options.date}-${options.number}`);
  const body = { apiVersion, kind: 'MailboxRequest', metadata: { name, namespace }, spec };
  await callKube(`entering MailboxRequest ${namespace}/${name}`, () =>
    place.config
      .makeApiClient(CustomObjectsApi)
      .createNamespacedCustomObject({ group, version, namespace, plural: plural.MailboxRequest, body }),
  );
  console.log(`MailboxRequest ${namespace}/${name} is entered: ${counted(rows.length, 'row')}`);
  console.log(`read it with hopthu request show ${name}`);
}

async function organizationNamed({ config, site, namespace }: Place, text: string): Promise<string> {
  const resources = await listResources(config, 'Organization', [namespace]);
  if (resources.some(({ metadata }) => metadata.name === text)) return text;
  const found = organizationIndex(site, resources.filter(isReadable)).find(text);
  const [one, ...others] = found;
  if (one === undefined) throw new Failed(`there is no organization "${text}" in namespace ${namespace}`);
  if (others.length === 0) return one.id.name;
  throw new WrongInput(`"${text}" may be ${found.map(({ id }) => id.name).join(' or ')}: name one of them`);
}
