import type { PageContext } from './page.ts';
import { apiReferencePage } from './pages/api-reference.ts';

export const apiReferenceSample = {
  'api-reference': (page: PageContext) =>
    apiReferencePage(page, {
      openApiUrl: '/api/v1/openapi.json',
      resource: `${page.issuer}/api/v1`,
      areas: [
        {
          name: 'groups',
          operations: [
            {
              id: 'groups.update',
              method: 'PATCH',
              path: '/groups/{group}',
              summary: 'Change the name or the description of a group',
              description: 'Apps that match on the name in the `groups` claim see the new one.',
              scope: 'groups:write',
              fields: [
                { name: 'group', place: 'path', required: true, about: 'Id or name of a group. string.' },
                { name: 'If-Match', place: 'header', required: false, about: 'The ETag that was read.' },
              ],
              errors: ['field_invalid', 'not_found'],
            },
          ],
        },
      ],
      errors: [
        { code: 'field_invalid', status: 400, message: 'Please check what you entered.' },
        { code: 'not_found', status: 404, message: 'There is nothing here.' },
      ],
    }),
};
