import type { Finding } from '../../admin/about-server.ts';
import type { PasskeyManager } from '../../passkeys/manager.ts';
import { metadataLines, outcomeOf, wrongWith } from '../metadata-lines.ts';
import { ok, warning } from './finding.ts';

const check = 'FIDO metadata';

/** Whether models of authenticators are known, and how old that is. People sign in without it. */
export async function examineMetadata(
  manager: Pick<PasskeyManager, 'metadataStatus'>,
  now: number,
): Promise<Finding> {
  const { status } = await manager.metadataStatus({});
  const { attempt, source } = status;
  const [says = ''] = metadataLines(status, now);
  const remedy =
    source === 'off'
      ? 'Nothing newer comes while LATCHKEY_FIDO_METADATA_URL is off: put an address or a file.'
      : 'Take it: `latchkey metadata refresh`.';
  if (status.refused !== undefined)
    return warning(check, `what is kept is refused: ${outcomeOf({ result: status.refused })}.`, remedy);
  if (source !== 'off' && attempt && attempt.failures > 0)
    return warning(
      check,
      `${says} Asking ${source} for newer failed: ${outcomeOf(attempt)}.`,
      'It is tried again by itself. Where there is no internet, put a file or `off` into LATCHKEY_FIDO_METADATA_URL.',
    );
  if (!wrongWith(status)) return ok(check, source === 'off' && !status.metadata ? 'is off.' : says);
  return warning(check, says, remedy);
}
