import type { SiteFields } from '../../views/console/apps/site-fields.ts';
import type { AppFacts } from '../admin/shapes.ts';
import { lines, optional, text } from './visit.ts';

type Rules = AppFacts['forwardAuth'];

export function siteFieldsOf(rules: Rules): SiteFields {
  const { origins = [], openPaths = [], acr = '', remoteUser = '' } = rules ?? {};
  return { origins: origins.join('\n'), openPaths: openPaths.join('\n'), siteAcr: acr, remoteUser };
}

export function typedSiteFields(form: URLSearchParams): SiteFields {
  const [origins, openPaths] = [text(form, 'origins'), text(form, 'openPaths')];
  return { origins, openPaths, siteAcr: text(form, 'siteAcr'), remoteUser: text(form, 'remoteUser') };
}

/** As it was typed: the operation checks it. */
export function siteRulesOf(form: URLSearchParams): NonNullable<Rules> {
  const [openPaths, acr, remoteUser] = [
    lines(form, 'openPaths'),
    optional(form, 'siteAcr'),
    optional(form, 'remoteUser'),
  ];
  return {
    origins: lines(form, 'origins'),
    ...(openPaths.length > 0 && { openPaths }),
    ...(acr && { acr }),
    ...(remoteUser && { remoteUser }),
  } as NonNullable<Rules>;
}
