import type { ApiReference, ReferenceOperation } from '../../../views/pages/api-reference.ts';
import { apiResource } from '../../apps/api-scopes.ts';
import { type ErrorCode, errorTable } from '../../errors.ts';
import { type ApiOperation, apiOperations, errorsOf, inputFields } from './openapi.ts';

/** What the reference page says: the same as the OpenAPI document. */
export function describeApi(issuer: string): ApiReference {
  const byArea = Map.groupBy(apiOperations, ({ area }) => area);
  const codes = new Set(apiOperations.flatMap((each) => errorsOf(each)));
  return {
    openApiUrl: '/api/v1/openapi.json',
    resource: apiResource(issuer),
    areas: [...byArea].map(([name, operations]) => ({ name, operations: operations.map(described) })),
    errors: [...codes].sort().map((code: ErrorCode) => ({ code, ...errorTable[code] })),
  };
}

function described(each: ApiOperation): ReferenceOperation {
  const { id, method, path, operation } = each;
  const { summary, description, scope } = operation;
  return { id, method, path, summary, description, scope, fields: inputFields(each), errors: errorsOf(each) };
}
