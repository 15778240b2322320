import { AppError } from '../errors.ts';
import type { App } from '../storage.ts';
import type { AdminContext } from './administration.ts';

/** An app of an algorithm that there is no key of could not be used. @throws AppError `field_invalid` */
export async function requireAlgorithm(
  { signingKeys }: Pick<AdminContext, 'signingKeys'>,
  { idTokenSignedResponseAlg: wanted }: Pick<App, 'idTokenSignedResponseAlg'>,
): Promise<void> {
  const algorithms = await signingKeys.algorithms();
  if (!algorithms.includes(wanted))
    throw new AppError('field_invalid', {
      field: 'idTokenSignedResponseAlg',
      detail: `idTokenSignedResponseAlg must be one of ${algorithms.join(', ')}: there is no other key here`,
    });
}
