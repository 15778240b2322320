import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Interaction, InteractionResults, Provider } from 'oidc-provider';
import { AppError } from '../errors.ts';

/** A request below an interaction's address. */
export interface InteractionRequest {
  req: IncomingMessage;
  res: ServerResponse;
  params: { uid?: string };
}

/**
 * The interaction that this browser is in. Its cookie names it and is signed, so another browser's is not found.
 * @throws AppError `interaction_expired`: over, finished in another tab, or another browser's
 */
export async function findInteraction(
  provider: Provider,
  { req, res, params }: InteractionRequest,
): Promise<Interaction> {
  try {
    const interaction = await provider.interactionDetails(req, res);
    if (interaction.uid === params.uid) return interaction;
  } catch (cause) {
    if (!isSessionNotFound(cause)) throw cause;
    throw new AppError('interaction_expired', { detail: cause.message, cause });
  }
  throw new AppError('interaction_expired', { detail: 'the cookie belongs to another interaction' });
}

function isSessionNotFound(error: unknown): error is Error {
  return error instanceof Error && error.name === 'SessionNotFound';
}

/** The `client_id` of the app that asks. */
export const appOf = ({ params }: Pick<Interaction, 'params'>): string => String(params.client_id);

/** Ends the interaction. Returns the address to go on at: oidc-provider takes the result from there. */
export async function endInteraction(
  provider: Provider,
  { req, res }: Pick<InteractionRequest, 'req' | 'res'>,
  result: InteractionResults,
): Promise<string> {
  return provider.interactionResult(req, res, result, { mergeWithLastSubmission: !('error' in result) });
}

/** The person went back to the app: the standard's way of saying so (RFC 6749 §4.1.2.1). */
export const aborted: InteractionResults = {
  error: 'access_denied',
  error_description: 'the person chose not to go on',
};
